"""The same rows, in every kind of file and every way of writing."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regard.base import Invalid
from regard.base.ids import profile_number
from regard.collect import load, parse_mapping, preview, propose
from regard.collect.mapping import Mapping

from .conftest import SURVEY, kept, properties

HEADER = ["id", "at", "who", "score", "comment"]
ROWS = [
    ["1", "2026-01-02 10:00:00", "ann", "5", 'said "fine", twice'],
    ["2", "2026-01-03 11:30:00", "bob", "2", "zażółć"],
]


def _write(path, kind: str) -> None:
    quoted = lambda cell: '"' + cell.replace('"', '""') + '"'  # noqa: E731
    mark = {"csv": ",", "semicolon.csv": ";", "tsv": "\t"}.get(kind, ",")
    text = "\n".join(mark.join(map(quoted, row)) for row in [HEADER, *ROWS]) + "\n"
    match kind:
        case "csv" | "semicolon.csv" | "tsv":
            path.write_text(text)
        case "csv.gz":
            path.write_bytes(gzip.compress(text.encode()))
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("folder/one.csv", text)
                archive.writestr("readme.md", "not data")
        case "jsonl":
            path.write_text("\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS))
        case "parquet":
            pq.write_table(pa.table({name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}), path)
        case "xlsx":
            book = openpyxl.Workbook()
            book.active.append(HEADER)
            for row in ROWS:
                book.active.append([int(row[0]), datetime.fromisoformat(row[1]), row[2], float(row[3]), row[4]])
            book.save(path)


@pytest.mark.parametrize("kind", ["csv", "semicolon.csv", "tsv", "csv.gz", "zip", "jsonl", "parquet", "xlsx"])
def test_every_kind_of_file_gives_the_same_interactions(store, survey: Mapping, tmp_path, kind):
    path = tmp_path / f"survey.{kind}"
    _write(path, kind)
    assert load(store, path, survey).accepted == 2
    rows = kept(store)
    assert [(row["id"], row["occurred_at"], row["score"], row["text"]) for row in rows] == [
        ("survey:1:1", datetime(2026, 1, 2, 10), 5.0, 'said "fine", twice'),
        ("survey:2:1", datetime(2026, 1, 3, 11, 30), 2.0, "zażółć"),
    ]
    assert rows[0]["customer"] == profile_number("ann")


def _load_rows(store, tmp_path, mapping: str, text: str):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return load(store, path, parse_mapping(mapping))


def test_clocks_are_turned_to_utc_with_daylight_saving(store, tmp_path):
    _load_rows(
        store,
        tmp_path,
        """
        time_zone = "Europe/Warsaw"
        time = { column = "at", formats = ["%d.%m.%Y %H:%M", "iso"] }
        customer = "who"
        [[interactions]]
        name = "Page Viewed"
        """,
        "at,who\n01.07.2026 12:00,a\n15.01.2026 12:00,b\n2026-03-01T12:00:00Z,c\n",
    )
    assert {row["source_key"]: row["occurred_at"].hour for row in kept(store)} == {"a": 10, "b": 11, "c": 12}


def test_decimal_commas_amounts_and_conditions(store, tmp_path):
    _load_rows(
        store,
        tmp_path,
        """
        time = { column = "at", format = "excel" }
        customer = { column = "who", prefix = "shop:" }
        numbers = { decimal = ",", thousands = "." }
        [every]
        subject = { template = "{who}-{n}" }
        channel = { column = "via", map = { w = "web" }, otherwise = "other" }
        [[interactions]]
        name = "Order Completed"
        when = { column = "n", above = 0 }
        amount = { column = "price", times = "n" }
        [[interactions]]
        name = "Order Refunded"
        when = { not = { column = "n", above = 0 } }
        amount = { column = "price", times = "n", absolute = true }
        """,
        'at;who;n;price;via\n46024;a;2;"1.234,50";w\n46024,5;b;-1;3,5;x\n'.replace("46024,5", "46025"),
    )
    rows = sorted(kept(store), key=lambda row: row["source_key"])
    assert [(row["name"], row["amount"], row["channel"], row["subject"]) for row in rows] == [
        ("Order Completed", 2469.0, "web", "a-2"),
        ("Order Refunded", 3.5, "other", "b--1"),
    ]
    assert rows[0]["occurred_at"] == datetime(2026, 1, 2)


def test_a_wide_survey_gives_one_interaction_for_each_answer(store, tmp_path):
    result = _load_rows(
        store,
        tmp_path,
        """
        source = "wide"
        id = ["r"]
        time = { constant = "2026-01-01" }
        customer = "r"
        [every]
        weight = "w"
        [[questions]]
        metric = "csat"
        scale = [1, 5]
        missing = ["0", "6"]
        labels = { "Very good" = 5 }
        [questions.columns]
        food = "Food"
        shops = "Shops"
        [[questions]]
        column = "ease"
        metric = "ces"
        scale = [1, 5]
        """,
        "r,w,food,shops,ease\n1,1.5,Very good,6,1\n2,0.5,0,4,\n",
    )
    assert result.accepted == 3
    rows = kept(store)
    assert [(row["id"], row["touchpoint"], row["score"], row["weight"]) for row in rows] == [
        ("wide:1:ease", None, 1.0, 1.5),
        ("wide:1:food", "Food", 5.0, 1.5),
        ("wide:2:shops", "Shops", 4.0, 0.5),
    ]
    assert rows[0]["orientation"] == "lower"
    assert {row["subject"] for row in rows} == {"wide:1", "wide:2"}


JOINED = """
source = "shop"
id = ["order"]
time = "at"
customer = "people.name"
[[files]]
name = "orders"
pattern = "orders*"
[[files]]
name = "people"
pattern = "people*"
key = "no"
to = "person"
[[files]]
name = "reviews"
pattern = "reviews*"
key = "order"
many = true
[[interactions]]
name = "Order Completed"
[[interactions]]
name = "Survey Answered"
score = { column = "reviews.stars", metric = "csat", scale = [1, 5] }
"""


def test_files_are_joined_by_their_keys_and_an_order_with_two_reviews_counts_once(store, tmp_path):
    files = {
        "orders.csv": "order,person,at\no1,1,2026-01-01\no2,2,2026-01-02\n",
        "people.csv": "no,name\n1,ann\n2,bob\n",
        "reviews.csv": "order,stars\no1,5\no1,3\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    result = load(store, [tmp_path / name for name in files], parse_mapping(JOINED))
    assert result.accepted == 4
    assert sorted((row["name"], row["source_key"], row["score"]) for row in kept(store)) == [
        ("Order Completed", "ann", None),
        ("Order Completed", "bob", None),
        ("Survey Answered", "ann", 3.0),
        ("Survey Answered", "ann", 5.0),
    ]


AUDIT = """
source = "desk"
time = "at"
customer = "who"
[audit_log]
ticket = "no"
state = "state"
group = "team"
states = { New = "Ticket Opened", Asked = "Ticket Replied", Done = "Ticket Resolved", Shut = "Ticket Closed" }
[every]
subject = "no"
"""


def test_an_audit_log_tells_each_change_once(store, tmp_path):
    text = (
        "no,at,who,state,team\n7,2026-01-01 09:00,ann,New,A\n7,2026-01-01 10:00,ann,New,B\n7,2026-01-01 11:00,ann,Done,B\n"
        "7,2026-01-01 11:30,ann,Done,B\n7,2026-01-02 09:00,ann,Work,B\n7,2026-01-02 10:00,ann,Done,B\n7,2026-01-03 09:00,ann,Shut,B\n"
    )
    _load_rows(store, tmp_path, AUDIT, text)
    assert [
        (row["name"], row["occurred_at"].isoformat()[5:13])
        for row in sorted(kept(store), key=lambda r: r["occurred_at"])
    ] == [
        ("Ticket Opened", "01-01T09"),
        ("Ticket Reassigned", "01-01T10"),
        ("Ticket Resolved", "01-01T11"),
        ("Ticket Reopened", "01-02T09"),
        ("Ticket Resolved", "01-02T10"),
        ("Ticket Closed", "01-03T09"),
    ]
    longer = _load_rows(store, tmp_path, AUDIT, text + "7,2026-01-04 09:00,ann,Work,B\n")
    assert (longer.accepted, longer.known) == (1, 6)


def test_unreadable_times_in_an_audit_log_are_refused(store, tmp_path):
    result = _load_rows(
        store, tmp_path, AUDIT, "no,at,who,state,team\n7,31/02/2026,ann,New,A\n8,2026-01-01,bob,New,A\n"
    )
    assert (result.accepted, result.reasons) == (1, {"bad_time": 1})


def test_nested_json_is_reached_by_its_path_and_broken_lines_are_refused(store, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text(
        '{"user": {"id": "a"}, "at": "2026-01-01", "tags": [1, 2]}\nnot json\n{"user": {"id": "b"}, "at": 1767225600}\n'
    )
    result = load(
        store,
        path,
        parse_mapping("""
        time = { column = "at", formats = ["iso", "epoch"] }
        customer = "user.id"
        [[interactions]]
        name = "Page Viewed"
        properties = ["*"]
        """),
    )
    assert (result.accepted, result.reasons) == (2, {"malformed_line": 1})
    rows = sorted(kept(store), key=lambda row: row["source_key"])
    assert [row["occurred_at"] for row in rows] == [datetime(2026, 1, 1)] * 2
    assert properties(rows[0])["tags"] == "[1,2]"


def test_nobody_in_particular_has_no_customer_number(store, tmp_path):
    mapping = SURVEY.replace('customer = "who"', 'customer = { column = "who", anonymous = "keep" }')
    _load_rows(store, tmp_path, mapping, "id,at,who,score,comment\n1,2026-01-01,,5,\n")
    assert [(row["customer"], row["source_key"]) for row in kept(store)] == [(None, None)]


@pytest.mark.parametrize(
    "header, row, expected",
    [
        (
            "response id,submitted at,How likely are you to recommend us?",
            "r{n},2026-01-{d:02} 10:00,{nps}",
            'metric = "nps"',
        ),
        ("Numer,Data,Ocena obsługi", "r{n},{d:02}.01.2026,{csat}", 'metric = "csat"'),
        ("编号,日期,满意度", "r{n},2026-01-{d:02},{csat}", 'metric = "csat"'),
        (
            "invoice,date,customer id,quantity,unit price",
            "i{n},2026-01-{d:02},c{csat},{csat},2.5",
            'name = "Order Completed"',
        ),
    ],
)
def test_a_mapping_is_proposed_from_headings_and_values_in_several_languages(tmp_path, header, row, expected):
    path = tmp_path / "x.csv"
    lines = [row.format(n=n, d=n % 28 + 1, nps=n % 11, csat=n % 5 + 1) for n in range(60)]
    path.write_text("\n".join([header, *lines]))
    proposal = propose(path)
    assert expected in proposal.toml
    assert preview(path, proposal.mapping).result.accepted == 60


def test_a_proposal_says_where_day_and_month_are_uncertain(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,date,csat\n" + "\n".join(f"r{n},0{n % 9 + 1}/0{n % 8 + 1}/2026,{n % 5 + 1}" for n in range(40)))
    assert any("day and month" in note for note in propose(path).notes)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("count", [3, 30_000])
def test_a_json_array_of_objects_is_read_as_json_lines_are(store, tmp_path, indent, count):
    path = tmp_path / "survey.json"
    rows = [
        {"id": n, "at": "2026-01-02", "who": f"ann {n}", "score": 5, "comment": "a\n[{},] “b”"} for n in range(count)
    ]
    path.write_text(json.dumps(rows, indent=indent), "utf-8")
    result = load(store, path, parse_mapping(SURVEY))
    assert (result.accepted, result.refused) == (count, 0)
    assert {row["text"] for row in kept(store, "text, id")} == {"a\n[{},] “b”"}


@pytest.mark.parametrize(
    "content", ["[1, 2]", '[{"id": 1}, 2]', '[{"id": 1}', '[{"id": 1},]', '[{"id": 1}] more', "[[{}]]", '[{"a":' * 9999]
)
def test_a_json_array_of_anything_else_is_refused_whole_in_words(store, tmp_path, content):
    path = tmp_path / "survey.json"
    path.write_text(content)
    with pytest.raises(Invalid, match="JSON array"):
        load(store, path, parse_mapping(SURVEY))


@pytest.mark.parametrize("count", [1, 3])
def test_json_objects_written_over_several_lines_are_rows(store, tmp_path, count):
    path = tmp_path / "survey.json"
    rows = [{"id": n, "at": "2026-01-02", "who": f"ann {n}", "score": 5, "comment": "}\n{"} for n in range(count)]
    path.write_text("\n\n".join(json.dumps(row, indent=2) for row in rows), "utf-8")
    result = load(store, path, parse_mapping(SURVEY))
    assert (result.accepted, result.refused) == (count, 0)


def test_a_broken_first_line_of_json_lines_is_refused_alone(store, tmp_path):
    path = tmp_path / "survey.jsonl"
    row = '{"id": 2, "at": "2026-01-02", "who": "ann", "score": 5, "comment": ""}'
    path.write_text('{"id": 1, "at": "2026-01-02",\n' + row + "\n", "utf-8")
    result = load(store, path, parse_mapping(SURVEY))
    assert (result.accepted, result.reasons) == (1, {"malformed_line": 1})


def test_a_file_of_no_json_object_is_refused_in_words(tmp_path):
    path = tmp_path / "survey.json"
    path.write_text('{\n"id": 1,\n', "utf-8")
    with pytest.raises(Invalid, match="holds no JSON object"):
        propose(path)
