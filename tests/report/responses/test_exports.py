"""Responses leave for other programs with their wording, and nothing is lost without being said."""

from __future__ import annotations

import builtins
import csv
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regard.base import Invalid, Unavailable
from regard.report.responses import (
    Kind,
    ResponseTable,
    Variable,
    codebook,
    codebook_csv,
    codebook_text,
    csv_of,
    syntax,
    write_parquet,
    write_sav,
)
from regard.report.responses.spss import spss_names

pyreadstat = pytest.importorskip("pyreadstat")

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def table():
    """Three respondents: a score with a code for "no opinion", a choice, two options of one question, a text, a time."""
    columns = [
        Variable(
            "nps",
            "How likely are you to recommend us? 🙂",
            Kind.ORDINAL,
            {0: "not at all", 10: "certainly", 99: "no opinion"},
            [99],
        ),
        Variable("channel", "Kanał kontaktu", Kind.NOMINAL, {"web": "Strona", "phone": "Telefon"}),
        Variable("used.app", "Used: app", Kind.NOMINAL, {0: "no", 1: "yes"}, multiple_response_of="used"),
        Variable("used.shop", "Used: shop", Kind.NOMINAL, {0: "no", 1: "yes"}, multiple_response_of="used"),
        Variable("why", "مرحبا – why?", Kind.TEXT),
        Variable("minutes", "Minutes waited", Kind.SCALE),
        Variable("answered at", "When", Kind.DATETIME),
    ]
    rows = pa.table(
        {
            "nps": [10, 99, None],
            "channel": ["phone", "web", "letter"],
            "used.app": [1, 0, None],
            "used.shop": [0, 1, None],
            "why": ["=1+1 is żółw 🐢", None, "שלום"],
            "minutes": [1.5, 20.0, None],
            "answered at": pa.array([AT, None, AT], pa.timestamp("us", "UTC")),
        }
    )
    return ResponseTable(columns, rows)


def read_back(table, tmp_path, **more):
    written = write_sav(table, tmp_path / "answers.sav", **more)
    frame, meta = pyreadstat.read_sav(tmp_path / "answers.sav", user_missing=True)
    return written, frame, meta


def test_an_spss_file_has_the_wording_of_questions_and_answers(table, tmp_path):
    _, frame, meta = read_back(table, tmp_path, title="Relationship 2026")
    labels = meta.column_names_to_labels
    assert labels["nps"] == "How likely are you to recommend us? 🙂"
    assert labels["channel"] == "Kanał kontaktu"
    assert meta.variable_value_labels["nps"] == {0.0: "not at all", 10.0: "certainly", 99.0: "no opinion"}
    assert meta.variable_measure["nps"] == "ordinal"
    assert meta.variable_measure["minutes"] == "scale"
    assert meta.file_label == "Relationship 2026"
    assert frame["why"].tolist() == ["=1+1 is żółw 🐢", "", "שלום"]
    assert frame["minutes"].tolist()[:2] == [1.5, 20.0]
    assert frame["answered_at"][0].isoformat() == "2026-03-01T12:30:00"


def test_codes_that_are_no_answer_are_missing_values_of_spss(table, tmp_path):
    write_sav(table, tmp_path / "answers.sav")
    as_spss_counts, _ = pyreadstat.read_sav(tmp_path / "answers.sav")
    kept, meta = pyreadstat.read_sav(tmp_path / "answers.sav", user_missing=True)
    assert as_spss_counts["nps"].isna().tolist() == [False, True, True]
    assert kept["nps"].tolist()[1] == 99
    assert meta.missing_ranges["nps"] == [{"lo": 99.0, "hi": 99.0}]


def test_codes_that_are_text_become_numbers_and_keep_their_meaning(table, tmp_path):
    written, frame, meta = read_back(table, tmp_path)
    assert written.codes["channel"] == {"web": 1, "phone": 2, "letter": 3}
    assert frame["channel"].tolist() == [2, 1, 3]
    assert meta.variable_value_labels["channel"] == {1.0: "Strona", 2.0: "Telefon", 3.0: "letter"}


def test_names_become_what_spss_allows():
    names = spss_names(["q 1", "Q_1", "1st", "to", "żółw", "…", "", "a" * 80, "a" * 81, "总体" * 30])
    new = list(names.values())
    assert new[:5] == ["q_1", "Q_1_2", "v1st", "to_", "żółw"]
    assert len({name.upper() for name in new}) == len(new)
    assert all(len(name.encode()) <= 64 and name[0].isalpha() and not name.endswith("__") for name in new)


def test_what_spss_cannot_hold_is_cut_at_a_whole_character_and_said(tmp_path):
    columns = [
        Variable("q1", "ż" * 200, Kind.NOMINAL, {1: "ó" * 100}),
        Variable("long", "Long", Kind.TEXT),
    ]
    odd = ResponseTable(columns, pa.table({"q1": [1], "long": ["🙂" * 9000]}))
    written, frame, meta = read_back(odd, tmp_path)
    assert len(written.losses) == 3
    assert "36000 bytes was cut to 32767" in written.losses[2]
    assert meta.column_names_to_labels["q1"] == "ż" * 128
    assert meta.variable_value_labels["q1"] == {1.0: "ó" * 60}
    assert frame["long"][0] == "🙂" * 8191


def test_more_than_three_missing_codes_are_a_range_where_no_answer_lies_in_it(tmp_path):
    column = Variable("q", "Q", Kind.SCALE, missing=[95, 96, 97, 99])
    free, _, meta = read_back(ResponseTable([column], pa.table({"q": [5, 99, 95]})), tmp_path)
    assert meta.missing_ranges["q"] == [{"lo": 95.0, "hi": 99.0}]
    assert not free.losses
    between, _, _ = read_back(ResponseTable([column], pa.table({"q": [98, 99]})), tmp_path)
    assert "only three of its missing codes" in between.losses[0]


def test_a_survey_nobody_has_answered_is_written_too(table, tmp_path):
    empty = ResponseTable(table.columns, table.rows.slice(0, 0))
    _, frame, meta = read_back(empty, tmp_path)
    assert len(frame) == 0
    assert len(meta.column_names) == 7
    assert csv_of(empty).count("\r\n") == 1


def test_five_hundred_questions_and_a_thousand_respondents_are_written(tmp_path):
    names = [f"q{i}" for i in range(500)]
    many = ResponseTable(
        [Variable(name, f"Question {name}", Kind.ORDINAL, {1: "no", 2: "yes"}) for name in names],
        pa.table({name: [1, 2] * 500 for name in names}),
    )
    _, frame, _ = read_back(many, tmp_path)
    assert frame.shape == (1000, 500)


def test_without_pyreadstat_the_command_that_installs_it_is_named(table, tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "pyreadstat":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unavailable) as refused:
        write_sav(table, tmp_path / "answers.sav")
    assert refused.value.remedy == "pip install 'regard[spss]'"


def test_csv_has_codes_or_their_meaning_and_no_spreadsheet_executes_it(table):
    codes = list(csv.reader(io.StringIO(csv_of(table))))
    assert codes[0] == ["nps", "channel", "used.app", "used.shop", "why", "minutes", "answered at"]
    assert codes[1] == ["10", "phone", "1", "0", "'=1+1 is żółw 🐢", "1.5", "2026-03-01T12:30:00+00:00"]
    meanings = list(csv.reader(io.StringIO(csv_of(table, is_labelled=True))))
    assert meanings[0][1] == "Kanał kontaktu"
    assert meanings[2][:4] == ["no opinion", "Strona", "no", "yes"]


def test_parquet_keeps_types_labels_and_missing_codes(table, tmp_path):
    write_parquet(table, tmp_path / "answers.parquet")
    back = pq.read_table(tmp_path / "answers.parquet")
    assert back.equals(table.rows)
    metadata = back.schema.field("nps").metadata
    assert json.loads(metadata[b"value_labels"]) == [[0, "not at all"], [10, "certainly"], [99, "no opinion"]]
    assert json.loads(metadata[b"missing"]) == [99]
    assert back.schema.field("used.app").metadata[b"multiple_response_of"] == b"used"


def test_the_codebook_counts_every_code_and_finds_those_without_a_label(table):
    entries = {entry.variable.name: entry for entry in codebook(table)}
    nps = entries["nps"]
    assert (nps.answered, nps.missing) == (1, 2)
    assert [(one.code, one.count, one.is_missing) for one in nps.codes] == [
        (0, 0, False),
        (10, 1, False),
        (99, 1, True),
    ]
    assert [(one.code, one.meaning) for one in entries["channel"].codes][-1] == ("letter", "letter")
    assert (entries["minutes"].least, entries["minutes"].most) == (1.5, 20.0)
    assert entries["answered at"].spss_name == "answered_at"


def test_syntax_makes_a_multiple_response_set_of_the_options_of_each_question(table):
    assert syntax(table, ["why: a text of 300 bytes was cut to 256"]).splitlines() == [
        "* Encoding: UTF-8.",
        "* why: a text of 300 bytes was cut to 256.",
        "MRSETS /MDGROUP NAME=$used",
        "  LABEL='Used'",
        "  CATEGORYLABELS=VARLABELS VARIABLES=",
        "    used_app",
        "    used_shop",
        "  VALUE=1.",
    ]


def test_the_codebook_says_which_number_a_text_became_in_spss(table, tmp_path):
    written, _, meta = read_back(table, tmp_path)
    [channel] = [entry for entry in codebook(table) if entry.variable.name == "channel"]
    assert {one.code: one.spss_code for one in channel.codes} == written.codes["channel"]
    assert {one.spss_code: one.meaning for one in channel.codes} == meta.variable_value_labels["channel"]
    assert "| phone (SPSS: 2) | Telefon | 1 |" in codebook_text(table, "Survey")


def test_the_codebook_is_read_by_programs_and_by_people(table):
    rows = list(csv.DictReader(io.StringIO(codebook_csv(table))))
    assert {row["variable"] for row in rows} == {column.name for column in table.columns}
    assert next(row for row in rows if row["code"] == "phone")["meaning"] == "Telefon"
    text = codebook_text(table, "Survey *one*")
    assert text.startswith("# Survey \\*one\\*\n\n3 respondents and 7 variables")
    assert "| 99 | no opinion | 1 |" in text
    assert "an option of used" in text


def test_a_table_that_is_not_as_described_is_refused_by_column():
    with pytest.raises(Invalid) as refused:
        ResponseTable([Variable("a", "A", Kind.TEXT)], pa.table({"a": ["x"], "b": ["y"]}))
    assert refused.value.field == "b"
    with pytest.raises(Invalid, match="two columns are called a"):
        ResponseTable([Variable("a", "A", Kind.TEXT)] * 2, pa.table({"a": ["x"]}))
    with pytest.raises(Invalid, match="holds lists"):
        ResponseTable([Variable("a", "A", Kind.TEXT)], pa.table({"a": [["x"]]}))
