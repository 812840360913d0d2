"""Files that are not what they should be: each has a clear message, and nothing is lost or half kept."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from contextlib import suppress

import pytest

from regard.base import Conflict, Invalid, RegardError, Unavailable
from regard.base import config as settings
from regard.collect import load, parse_mapping, propose, refused_csv, refused_rows, replay
from regard.collect.refused import corrected
from regard.stream import open_store

from .conftest import SURVEY, kept, properties

GOOD = "1,2026-01-02 10:00:00,ann,5,fine"


@pytest.mark.parametrize(
    "row, reason, column",
    [
        ("2,31/02/2026,bob,5,x", "bad_time", "at"),
        ("2,1066-10-14,bob,5,x", "bad_time", "at"),
        ("2,2999-01-01,bob,5,x", "bad_time", "at"),
        ("2,,bob,5,x", "missing_time", "at"),
        ("2,2026-01-02,,5,x", "missing_customer", "who"),
        ("2,2026-01-02,bob,six,x", "bad_number", "score"),
        ("2,2026-01-02,bob,nan,x", "bad_number", "score"),
        ("2,2026-01-02,bob,9,x", "score_off_scale", "score"),
        (",2026-01-02,bob,5,x", "missing_id", "id"),
        ("1,2026-01-02,bob,4,other", "duplicate_id", "id"),
        ("2,2026-01-02,bob,5," + "x" * 100_001, "text_too_long", "comment"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_reason_and_column(store, survey, csv_file, row, reason, column):
    result = load(store, csv_file(GOOD, row), survey)
    (refused,) = refused_rows(store, result.load_id)
    assert (result.accepted, result.refused, result.reasons) == (1, 1, {reason: 1})
    assert (refused["line"], refused["reason"], refused["column"]) == (2, reason, column)
    assert refused["message"]
    assert refused["raw"]["who"] == (row.split(",")[2] or None)


def test_lines_with_too_few_or_too_many_columns_are_refused_as_they_came(store, survey, csv_file):
    result = load(
        store, csv_file(GOOD, "2,2026-01-02", "3,2026-01-03,cy,4,fine,and,more", "4,2026-01-04,dee,4,ok"), survey
    )
    assert (result.accepted, result.reasons) == (2, {"malformed_line": 2})
    assert {row["raw"]["_line"] for row in refused_rows(store, result.load_id)} == {
        "2,2026-01-02",
        "3,2026-01-03,cy,4,fine,and,more",
    }


def test_a_question_that_was_not_answered_is_neither_kept_nor_refused(store, survey, csv_file):
    result = load(store, csv_file(GOOD, "2,2026-01-02,bob,,"), survey)
    assert (result.accepted, result.refused) == (1, 0)


def test_an_answer_before_its_report_is_a_negative_duration(store, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,reported,answered\n1,2026-01-02 10:00,2026-01-02 09:00\n2,2026-01-02 10:00,2026-01-02 11:00\n")
    mapping = parse_mapping("""
        id = ["id"]
        time = "answered"
        customer = "id"
        [[interactions]]
        name = "Ticket Replied"
        after = "reported"
        """)
    assert load(store, path, mapping).reasons == {"negative_duration": 1}


def test_nps_on_another_scale_is_refused_and_csat_is_offered():
    with pytest.raises(Invalid, match=r"line 8.*NPS is asked on 0-10") as caught:
        parse_mapping(SURVEY.replace('"csat", scale = [1, 5]', '"nps", scale = [1, 10]'))
    assert caught.value.code == "nps_scale"
    assert "csat" in caught.value.remedy


def test_one_metric_on_two_scales_is_noted(store, tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text("a,b\n5,9\n4,8\n")
    mapping = parse_mapping("""
        time = { constant = "2026-01-01" }
        customer = { anonymous = "row" }
        [[questions]]
        column = "a"
        metric = "csat"
        scale = [1, 5]
        [[questions]]
        column = "b"
        metric = "csat"
        scale = [1, 10]
        """)
    result = load(store, path, mapping)
    assert any("mixed_scale" in note for note in result.notes)
    assert {row["scale_max"] for row in kept(store)} == {5, 10}


def test_unknown_columns_in_a_mapping_are_named_with_what_was_meant(store, csv_file):
    mapping = parse_mapping(SURVEY.replace('"comment"', '"coment"'))
    with pytest.raises(Invalid, match=r"no column 'coment'.*did you mean 'comment'"):
        load(store, csv_file(GOOD), mapping)
    assert kept(store) == []


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("text =", "txet =", r"line 9: interactions\[1\].txet: unknown key, did you mean 'text'"),
        ("[1, 5]", "[5, 1]", r"line 8: interactions\[1\].score.scale: must be the two ends"),
        ('time = "at"', 'time_zone = "Mars"\ntime = "at"', "line 4: time_zone: 'Mars' is not an IANA time zone"),
        ('source = "survey"', "source = 3", "line 2: source: must be text"),
        ('customer = "who"', "", "mapping: needs 'customer'"),
        ("[[interactions]]", "[interactions", "not TOML"),
    ],
)
def test_errors_in_a_mapping_name_the_line_and_the_key(old, new, said):
    with pytest.raises(Invalid, match=said):
        parse_mapping(SURVEY.replace(old, new))


@pytest.mark.parametrize("content, code", [(b"", "empty_file"), (b"id,at,who,score,comment\n", "no_rows")])
def test_an_empty_file_and_a_lone_header_are_named_so(store, survey, tmp_path, content, code):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        load(store, path, survey)
    assert caught.value.code == code


def test_a_truncated_gzip_loads_nothing_and_says_so(store, survey, csv_file, tmp_path):
    whole = gzip.compress(csv_file(*(f"{n},2026-01-02,c{n},5,text {n}" for n in range(5000))).read_bytes())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid, match="broken or cut short") as caught:
        load(store, path, survey)
    assert caught.value.code == "broken_archive"
    assert kept(store) == []


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_a_bomb_is_not_unpacked(store, survey, tmp_path, kind):
    path = tmp_path / f"bomb.csv.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", b"a" * 80_000_000)
    else:
        path.write_bytes(gzip.compress(b"a" * 80_000_000))
    with pytest.raises(Invalid) as caught:
        load(store, path, survey)
    assert caught.value.code == "zip_bomb"


def test_a_file_over_the_limit_is_not_read(store, survey, csv_file, monkeypatch):
    monkeypatch.setenv("REGARD_UPLOAD_LIMIT", "1KB")
    settings.config.cache_clear()
    with pytest.raises(Invalid) as caught:
        load(store, csv_file(*(f"{n},2026-01-02,c{n},5,text" for n in range(500))), survey)
    assert caught.value.code == "too_large"


def test_a_file_that_is_still_being_written_is_left_alone(store, survey, csv_file):
    path = csv_file(GOOD)

    def write_on(stage: str, done: int, total: int) -> None:
        if stage == "reading":
            with path.open("a") as file:
                file.write("2,2026-01-03,bob,5,late\n")

    with pytest.raises(Conflict) as caught:
        load(store, path, survey, progress=write_on)
    assert caught.value.code == "file_changing"
    assert kept(store) == []


@pytest.mark.parametrize(
    "encoding, text",
    [
        ("utf-8-sig", "zażółć"),
        ("utf-16", "zażółć gęślą jaźń"),
        ("cp1252", "déjà vu, très bien, ça va être génial à l'été"),
        ("cp1250", "zażółć gęślą jaźń, obsługa była bardzo miła, dziękuję za pomoc w sklepie"),
        ("cp1251", "очень хорошее обслуживание, спасибо большое, всё понравилось"),
        ("gb18030", "服务非常好，谢谢你们的帮助，下次还会再来购买产品"),
    ],
)
def test_any_usual_encoding_is_read(store, survey, csv_file, encoding, text):
    rows = [f'{n},2026-01-02,c{n},5,"{text}"' for n in range(20)]
    result = load(store, csv_file(*rows, encoding=encoding), survey)
    assert result.accepted == 20
    assert {row["text"] for row in kept(store)} == {text}


def test_mojibake_and_leaked_html_are_repaired_and_the_original_is_kept(store, survey, csv_file):
    load(
        store,
        csv_file(
            "1,2026-01-02,ann,5,bardzo miÅ‚a obsÅ‚uga",
            "2,2026-01-02,bob,5,fast &amp; <b>kind</b>",
            "3,2026-01-02,cy,5,2 < 3 & fine",
        ),
        survey,
    )
    rows = kept(store)
    assert [row["text"] for row in rows] == ["bardzo miła obsługa", "fast & kind", "2 < 3 & fine"]
    assert [properties(row).get("original_text") for row in rows] == [
        "bardzo miÅ‚a obsÅ‚uga",
        "fast &amp; <b>kind</b>",
        None,
    ]


def test_control_characters_do_not_come_in(store, survey, csv_file):
    load(store, csv_file("1,2026-01-02,ann,5,fi\x00ne\x07"), survey)
    assert kept(store)[0]["text"] == "fine"


def test_formulas_in_refused_rows_cannot_run_in_a_spreadsheet(store, survey, csv_file):
    result = load(store, csv_file("1,never,ann,5,=HYPERLINK(1)"), survey)
    text = refused_csv(refused_rows(store, result.load_id))
    assert "'=HYPERLINK(1)" in text
    assert corrected(text)[0]["comment"] == "=HYPERLINK(1)"


def test_refused_rows_are_corrected_and_replayed_once(store, survey, csv_file):
    result = load(store, csv_file(GOOD, "2,31/02/2026,bob,4,late"), survey)
    rows = corrected(refused_csv(refused_rows(store, result.load_id)))
    rows[0]["at"] = "2026-02-28"
    assert replay(store, result.load_id, rows).accepted == 1
    assert replay(store, result.load_id, rows).accepted == 0
    assert [row["id"] for row in kept(store)] == ["survey:1:1", "survey:2:1"]


def test_loading_again_changes_nothing_and_a_longer_file_adds_only_what_is_new(store, csv_file):
    mapping = parse_mapping(SURVEY.replace('id = ["id"]', ""))
    assert load(store, csv_file(GOOD, GOOD), mapping).accepted == 2
    assert load(store, csv_file(GOOD, GOOD), mapping).accepted == 0
    longer = load(store, csv_file(GOOD, GOOD, "3,2026-01-03,cy,4,new"), mapping)
    assert (longer.accepted, longer.known) == (1, 2)


def test_identical_rows_with_an_id_count_once(store, survey, csv_file):
    result = load(store, csv_file(GOOD, GOOD), survey)
    assert (result.accepted, result.known, result.refused) == (1, 1, 0)


def test_a_dry_run_keeps_nothing(store, survey, csv_file):
    assert load(store, csv_file(GOOD), survey, dry_run=True).accepted == 1
    assert kept(store) == []
    assert store.kept("load") == []


def test_cancelling_keeps_nothing_and_tidies_up(store, survey, csv_file, home):
    with pytest.raises(Conflict) as caught:
        load(store, csv_file(GOOD), survey, cancel=lambda: True)
    assert caught.value.code == "cancelled"
    assert kept(store) == []
    assert not list((home / "tmp").iterdir())


def test_a_full_disk_is_named_and_loads_nothing(store, survey, csv_file, tmp_path, home):
    path = tmp_path / "big.csv.gz"
    plain = csv_file(*(f"{n},2026-01-02,c{n},5,{n * 7919}" for n in range(60_000)))
    path.write_bytes(gzip.compress(plain.read_bytes()))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(Unavailable) as caught:
            load(store, path, survey)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert caught.value.code == "disk_full"
    assert kept(store) == []
    assert not list((home / "tmp").iterdir())


KILLED = """
    import sys, time
    from pathlib import Path
    from regard.collect import load, parse_mapping
    from regard.stream import open_store
    def wait(stage, done, total):
        if stage == sys.argv[4]:
            Path(sys.argv[3]).touch()
            time.sleep(60)
    load(open_store(Path(sys.argv[1])), sys.argv[2], parse_mapping(Path(sys.argv[5]).read_text()), progress=wait)
"""


@pytest.mark.parametrize("stage", ["reading", "mapping", "storing"])
def test_kill_9_in_the_middle_of_a_load_loses_nothing(tmp_path, survey, csv_file, home, stage):
    path, sign, workspace, toml = csv_file(GOOD), tmp_path / "sign", tmp_path / "killed.duckdb", tmp_path / "m.toml"
    toml.write_text(SURVEY)
    code = textwrap.dedent(KILLED)
    process = subprocess.Popen(
        [sys.executable, "-c", code, workspace, path, sign, stage, toml], env={**os.environ, "REGARD_HOME": str(home)}
    )
    while not sign.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    store = open_store(workspace)
    assert kept(store) == []
    assert load(store, path, survey).accepted == 1
    assert not list((home / "tmp").glob("load-*"))
    store.close()


def test_two_loads_at_once_keep_every_row_once(store, survey, csv_file):
    one = csv_file(*(f"{n},2026-01-02,c{n},5,a" for n in range(3000)), name="one.csv")
    two = csv_file(*(f"{n},2026-01-02,c{n},5,a" for n in range(2000, 5000)), name="two.csv")
    results = []
    threads = [
        threading.Thread(target=lambda path=path: results.append(load(store, path, survey))) for path in (one, two)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.accepted for result in results) == 5000
    assert len(kept(store, "id")) == 5000


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\x00\x00\x00" * 50,
        b"PAR1 not parquet",
        b"PK\x03\x04 not a workbook",
        b"<log><trace><event></trace>",
        b"{not json}\n",
        b"\xff\xfe\xfa" * 40,
        b",,,\n,,,\n",
        b'"',
    ],
)
def test_rubbish_is_told_in_a_sentence_never_by_a_stack_trace(store, tmp_path, content):
    path = tmp_path / "rubbish"
    path.write_bytes(content)
    with suppress(RegardError):
        load(store, path, propose(path).mapping)
    assert kept(store) == []


def test_xml_entities_are_not_expanded(store, tmp_path):
    path = tmp_path / "evil.xes"
    path.write_text("""<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>
        <log><trace><string key="concept:name" value="c1"/><event><string key="concept:name" value="A"/>
        <date key="time:timestamp" value="2026-01-01T00:00:00+00:00"/><note>&x;</note></event></trace></log>""")
    mapping = parse_mapping("""
        time = "time:timestamp"
        customer = "case:concept:name"
        [[interactions]]
        name = { column = "concept:name" }
        properties = ["*"]
        """)
    load(store, path, mapping)
    assert "root:" not in json.dumps(kept(store), default=str)


@pytest.mark.parametrize("weight, reason", [("-1", "bad_weight"), ("0", "bad_weight"), ("2e9", "bad_weight")])
def test_a_weight_that_no_survey_has_is_refused(store, tmp_path, weight, reason):
    path = tmp_path / "w.csv"
    path.write_text(f"id,at,score,w\n1,2026-01-02,5,1.5\n2,2026-01-02,5,{weight}\n")
    mapping = parse_mapping("""
source = "w"
id = ["id"]
[customer]
column = "id"
[time]
column = "at"
[[questions]]
column = "score"
metric = "csat"
scale = [1, 5]
weight = "w"
""")
    result = load(store, path, mapping)
    assert (result.accepted, result.reasons) == (1, {reason: 1})


@pytest.mark.parametrize("size", [3, 90_000])
def test_lines_in_utf8_and_in_a_code_page_are_each_read_as_they_are(store, survey, tmp_path, size):
    lines = [
        f"{n},2026-01-02,zoë {n},5,Zażółć — доставка понравилась".encode()
        if n % 2
        else f"{n},2026-01-02,ann {n},5,Очень быстро и вежливо, спасибо большое".replace(", спа", " спа").encode(
            "cp1251"
        )
        for n in range(size)
    ]
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"\n".join([b"id,at,who,score,comment", *lines]))
    result = load(store, path, survey)
    assert result.accepted == size
    texts = {row["text"] for row in kept(store, "text, id")}
    assert texts == {"Zażółć — доставка понравилась", "Очень быстро и вежливо спасибо большое"}
    assert any("mixes encodings" in note and "cp1251" in note for note in result.notes)


@pytest.mark.parametrize("is_proposed", [True, False])
def test_a_zip_of_unlike_files_is_refused_and_the_odd_one_named(store, survey, tmp_path, is_proposed):
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("answers.csv", f"id,at,who,score,comment\n{GOOD}\n")
        archive.writestr("prices.csv", "article,price\na,1\n")
    with pytest.raises(Invalid, match=r"prices\.csv has no column of the mapping"):
        load(store, path, None if is_proposed else survey)
    assert kept(store) == []


@pytest.mark.parametrize(
    "content, word",
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 40, "binary"),
        (bytes((n * 7919 + n * n) % 256 for n in range(20_000)), "binary"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body><p>one, two; three</p>\n</body></html>\n", "web page"),
        (b"%PDF-1.7\n1 0 obj, 2 0 obj\n", "document"),
    ],
)
def test_what_is_no_table_is_neither_proposed_nor_loaded(store, survey, tmp_path, content, word):
    path = tmp_path / "photo.csv"
    path.write_bytes(content)
    for look in (lambda: propose(path), lambda: load(store, path, survey)):
        with pytest.raises(Invalid, match=f"is not a table.*{word}") as told:
            look()
        assert told.value.code == "not_a_table"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_a_table_in_another_encoding_is_a_table(tmp_path, encoding):
    rows = [f"{n},2026-01-{n:02d},{n % 5 + 1},тоже хорошо" for n in range(1, 10)]
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join(["id,date,csat,отзыв", *rows, ""]).encode(encoding))
    assert [column.name for column in propose(path).columns] == ["id", "date", "csat", "отзыв"]
