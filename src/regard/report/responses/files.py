"""The files that responses leave as, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from regard.base.words import translated
from regard.report.responses.codebook import codebook_csv, codebook_text
from regard.report.responses.exporting import csv_of, write_parquet
from regard.report.responses.spss import syntax, write_sav
from regard.report.responses.table import ResponseTable
from regard.report.tables import UTF_8
from regard.web import Format

Written = str | bytes


def _parquet(table: ResponseTable, title: str, fmt: Format) -> bytes:
    return _kept(lambda path: write_parquet(table, path))


def _sav(table: ResponseTable, title: str, fmt: Format) -> bytes:
    return _kept(lambda path: write_sav(table, path, title))


def _syntax(table: ResponseTable, title: str, fmt: Format) -> str:
    """The syntax for the file, which is written once more to know what had to be cut."""
    with TemporaryDirectory() as folder:
        losses = write_sav(table, Path(folder) / "responses", title).losses
        return syntax(table, [translated(loss, fmt.translate) for loss in losses])


def _kept(write: Callable[[Path], object]) -> bytes:
    """What is written to a file of its own, which is gone afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "responses"
        write(path)
        return path.read_bytes()


FORMATS: Mapping[str, Callable[[ResponseTable, str, Format], Written]] = {
    "responses.csv": lambda table, title, fmt: UTF_8 + csv_of(table),
    "labelled.csv": lambda table, title, fmt: UTF_8 + csv_of(table, is_labelled=True),
    "responses.parquet": _parquet,
    "responses.sav": _sav,
    "multiple-responses.sps": _syntax,
    "codebook.csv": lambda table, title, fmt: UTF_8 + codebook_csv(table),
    "codebook.md": codebook_text,
}
"""Each takes the table, the survey's name and how its reader reads."""
