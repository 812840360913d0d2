"""Responses: the answers to a survey as a table that says what it holds, exported for other programs."""

from regard.report.responses.codebook import Entry, codebook, codebook_csv, codebook_text
from regard.report.responses.exporting import csv_of, write_parquet
from regard.report.responses.spss import syntax, write_sav
from regard.report.responses.table import Kind, ResponseTable, Variable

__all__ = [
    "Entry",
    "Kind",
    "ResponseTable",
    "Variable",
    "codebook",
    "codebook_csv",
    "codebook_text",
    "csv_of",
    "syntax",
    "write_parquet",
    "write_sav",
]
