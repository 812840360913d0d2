"""Tables: aligned for people, safe for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.report.tables import aligned, csv_text, html_table, safe_cell, width


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+cmd",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1+1",
        "hello;=1+1",
        "a\n=1",
        "a\t@b",
    ],
)
def test_a_formula_in_a_cell_reaches_the_spreadsheet_as_text(formula: str) -> None:
    written = next(csv.reader(io.StringIO(csv_text([formula], []))))[0]
    for separator in ";\t\r\n":
        for cell in written.split(separator):
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("harmless", [-4.5, 12, None, "-4.5", "+48", "plain words", "a - b", "x=1", "e@mail.example"])
def test_numbers_and_plain_words_are_exported_unchanged(harmless: object) -> None:
    assert safe_cell(harmless) == ("" if harmless is None else harmless)


@given(
    st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12), min_size=2, max_size=2))
)
def test_csv_reads_back_as_as_many_rows_and_cells_as_were_written(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline="")))
    assert read == [["a", "b"], *[[safe_cell(cell) for cell in row] for row in rows]]


def test_figures_stand_to_the_right_and_names_to_the_left_whatever_their_script() -> None:
    table = aligned(["group", "n"], [["微信", "7"], ["phone", "1,204"]])
    assert table.splitlines() == ["group      n", "微信       7", "phone  1,204"]
    assert {width(line) for line in table.splitlines()} == {12}


def test_a_notebook_table_shows_markup_as_text() -> None:
    assert "<script>" not in html_table(["<script>"], [["<script>alert(1)</script>"]], "<script>")
