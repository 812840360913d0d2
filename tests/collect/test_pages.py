"""The import wizard, step by step, as a person walks through it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regard.accounts.site import AuditEntry, Member, Workspace, add_user, store_of
from regard.base.clock import now
from regard.collect import tasks
from regard.collect.models import LEASE, Load, State, Step
from regard.stream import Question
from regard.stream.compose import sql

pytestmark = pytest.mark.django_db

ANSWERS = """id,answered_at,email,nps,channel,comment
1,2026-01-05 10:00,ann@example.org,9,web,A rather long and friendly comment about the shop
2,2026-01-06 11:00,bob@example.org,3,app,Another rather long and unfriendly comment about it
3,2026-01-07 12:00,cy@example.org,10,web,The third comment of this file is just as long as others
4,2026-01-08 12:00,di@example.org,99,web,The fourth one has a score that lies on no scale of ours
5,2226-01-09 09:00,ed@example.org,7,app,The fifth row was written in a year that is still to come
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done within the request: tests see one connection."""
    monkeypatch.setattr(tasks, "start", tasks.run)
    monkeypatch.setattr(tasks, "TICK_SECONDS", 3600.0)


@pytest.fixture
def analyst(signed_in) -> Client:
    return signed_in("analyst")


def at(name: str, *arguments: str) -> str:
    return reverse(f"collect:{name}", args=["harbour", *arguments])


def hand_in(client: Client, *files: tuple[str, bytes]) -> object:
    return client.post(at("upload"), {"files": [SimpleUploadedFile(name, data) for name, data in files]})


def looked_at(client: Client, workspace: Workspace, text: str = ANSWERS, name: str = "answers.csv") -> Load:
    answer = hand_in(client, (name, text.encode()))
    assert answer.status_code == 302, answer.content.decode()
    return Load.objects.of(workspace).latest("pk")


def as_posted(page: object, **changes: str) -> dict[str, str]:
    """What the browser would send of the form on the page, with some entries changed."""
    form = page.context["form"]
    sent = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    for name, value in changes.items():
        sent[number_of(page, name) if "__" in name else name] = value
    return sent


def number_of(page: object, name: str) -> str:
    """``role__nps`` is the field ``role-3`` when ``nps`` is the fourth column."""
    kind, column = name.split("__")
    return f"{kind}-{[item['name'] for item in page.context['form'].columns].index(column)}"


def go_to_dry_run(client: Client, load: Load, **changes: str) -> object:
    page = client.get(at("mapping", load.key))
    answer = client.post(at("mapping", load.key), {**as_posted(page, **changes), "do": "check"}, follow=True)
    assert answer.status_code == 200, (answer.context["problem"], answer.context["form"].errors)
    return answer


def load_it(client: Client, load: Load) -> object:
    load.refresh_from_db()
    return client.post(at("begin", load.key), {"step": "load", "seen": load.attempt}, follow=True)


def rows_of(workspace: Workspace) -> list[dict]:
    return store_of(workspace).ask(Question("all", sql("SELECT * FROM interactions ORDER BY occurred_at"))).rows()


def test_an_empty_history_teaches_what_to_hand_in(analyst: Client) -> None:
    page = analyst.get(at("imports")).content.decode()
    assert "Nothing has been imported yet" in page
    assert at("upload") in page


def test_a_file_goes_from_upload_to_interactions_in_four_steps(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("load", load.key), follow=True)
    assert page.context["trial"]["result"].accepted >= 3
    dry = go_to_dry_run(analyst, load, missing__nps="")
    assert dry.context["outcome"]["accepted"] == 3
    assert {reason["code"]: reason["count"] for reason in dry.context["reasons"]} == {
        "score_off_scale": 1,
        "bad_time": 1,
    }
    assert "Row 4" in dry.content.decode()
    assert rows_of(workspace) == []
    done = load_it(analyst, load)
    assert (done.context["outcome"]["accepted"], done.context["outcome"]["refused"]) == (3, 2)
    found = rows_of(workspace)
    assert [(row["metric"], row["score"], row["channel"]) for row in found] == [
        ("nps", 9.0, "web"),
        ("nps", 3.0, "app"),
        ("nps", 10.0, "web"),
    ]
    assert not load.folder.exists()
    assert AuditEntry.objects.of(workspace).filter(what="data loaded", who__email="analyst@example.org").exists()
    history = analyst.get(at("imports"))
    (line,) = history.context["page"].object_list
    assert (line["files"], line["who"], line["accepted"], line["known"], line["refused"]) == (
        ["answers.csv"],
        "analyst@example.org",
        3,
        0,
        2,
    )


def test_the_same_file_again_is_known_in_the_dry_run_and_changes_nothing(analyst: Client, workspace: Workspace) -> None:
    first = looked_at(analyst, workspace)
    go_to_dry_run(analyst, first)
    load_it(analyst, first)
    before = rows_of(workspace)
    again = looked_at(analyst, workspace)
    dry = go_to_dry_run(analyst, again)
    assert (dry.context["outcome"]["accepted"], dry.context["outcome"]["known"]) == (0, len(before))
    done = load_it(analyst, again)
    assert "nothing has changed" in done.content.decode()
    assert rows_of(workspace) == before


def test_several_files_of_one_kind_are_one_load(analyst: Client, workspace: Workspace) -> None:
    head = "id,answered_at,email,nps\n"
    hand_in(
        analyst,
        ("january.csv", (head + "1,2026-01-05,a@example.org,9\n").encode()),
        ("february.csv", (head + "2,2026-02-05,b@example.org,8\n3,2026-02-06,c@example.org,2\n").encode()),
    )
    load = Load.objects.of(workspace).get()
    assert load.names == "january.csv, february.csv"
    assert go_to_dry_run(analyst, load, role__nps="nps", scale__nps="0-10").context["outcome"]["accepted"] == 3


def bomb() -> bytes:
    return gzip.compress(b"a,b\n" + b"0,0\n" * 20_000_000)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b\n", "no rows"),
        ("cut.csv.gz", gzip.compress(ANSWERS.encode())[:-20], "cut short"),
        ("bomb.csv.gz", bomb(), "zip bombs"),
        ("picture.zip", zipped("cat.png", b"x"), "holds no file"),
        ("noise.bin", bytes(2000), "not a kind of file"),
        ("fake.parquet", b"PAR1 but nothing more", "cannot be read"),
        ("fake.xlsx", b"this is no workbook", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_is_turned_away_in_words_and_leaves_nothing(
    analyst: Client, workspace: Workspace, home: Path, name: str, data: bytes, says: str
) -> None:
    answer = hand_in(analyst, (name, data))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert says in page
    assert "Traceback" not in page
    assert not Load.objects.of(workspace).exists()
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []


def test_an_upload_without_files_is_told_so(analyst: Client) -> None:
    answer = analyst.post(at("upload"))
    assert answer.status_code == 422
    assert "Choose at least one file" in answer.content.decode()


def test_a_file_larger_than_the_limit_is_dropped_while_it_comes(
    analyst: Client, workspace: Workspace, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regard.base.config import config

    monkeypatch.setenv("REGARD_UPLOAD_LIMIT", "100KB")
    config.cache_clear()
    for size in (120_000, 300_000):  # the second is refused before any of it is read
        answer = hand_in(analyst, ("large.csv", b"a,b\n" + b"1,2\n" * (size // 4)))
        assert answer.status_code == 422
        assert "larger than 100KB" in answer.content.decode()
    assert [path for path in home.joinpath("uploads").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv",
        "..\\..\\boot.csv",
        "a\x00b.csv",
        "<script>alert(1)</script>.csv",
        ".htaccess",
        "x" * 300 + ".csv",
    ],
)
def test_a_hostile_file_name_is_only_ever_text(analyst: Client, workspace: Workspace, home: Path, name: str) -> None:
    answer = hand_in(analyst, (name, ANSWERS.encode()))
    if answer.status_code == 302:
        load = Load.objects.of(workspace).get()
        assert all(path.resolve().parent == home / "uploads" / load.key for path in load.paths)
        assert "<script>alert" not in analyst.get(at("mapping", load.key)).content.decode()
    assert [path for path in home.parent.rglob("*.csv") if home / "uploads" not in path.parents] == []


@pytest.mark.parametrize("name", ["sketch.json", "preview.json", ".sketch.json"])
def test_a_file_named_like_what_is_kept_beside_it_is_loaded_as_it_is(
    analyst: Client, workspace: Workspace, name: str
) -> None:
    text = '{"id": 1, "answered_at": "2026-05-04T09:00:00", "nps": 9}\n'
    load = looked_at(analyst, workspace, text, name)
    assert [path.read_text() for path in load.paths] == [text]
    assert {column["name"] for column in load.kept_aside("sketch")["columns"]} == {"id", "answered_at", "nps"}


def test_a_forged_upload_from_another_site_keeps_nothing(workspace: Workspace, home: Path, signed_in) -> None:
    signed_in("analyst")
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(Member.objects.of(workspace).get().user)
    assert hand_in(forger, ("answers.csv", ANSWERS.encode())).status_code == 403
    assert not Load.objects.of(workspace).exists()
    assert [path for path in (home / "uploads").rglob("*") if path.is_file()] == []


def test_a_wrong_scale_is_said_beside_its_field_and_nothing_is_lost(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("mapping", load.key))
    answer = analyst.post(at("mapping", load.key), as_posted(page, scale__nps="high to low"))
    assert answer.status_code == 422
    assert "Write the two ends of the scale" in answer.content.decode()
    assert "high to low" in answer.content.decode()


def test_nps_on_one_to_ten_is_refused_with_the_remedy(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("mapping", load.key))
    answer = analyst.post(at("mapping", load.key), as_posted(page, scale__nps="1-10"))
    assert answer.status_code == 422
    assert "NPS is asked on 0-10" in answer.content.decode()


def test_two_columns_cannot_both_be_the_channel(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("mapping", load.key))
    answer = analyst.post(at("mapping", load.key), as_posted(page, role__email="channel"))
    assert answer.status_code == 422
    assert "cannot both be channel" in answer.content.decode()


def test_changing_a_role_shows_at_once_what_becomes_of_the_rows(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("mapping", load.key))
    answer = analyst.post(at("mapping", load.key), as_posted(page, role__channel="touchpoint"))
    assert "touchpoint" in answer.context["trial"]["rows"]["names"]
    assert "channel" not in answer.context["trial"]["rows"]["names"]


def test_an_edited_mapping_names_the_line_that_is_wrong(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    broken = 'source = "shop"\ntime = "answered_at"\ncustomer = "email"\n\n[[interactions]]\nname = "A"\nchanel = "channel"\n'
    answer = analyst.post(at("use_mapping", load.key), {"text": broken})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "line 7" in page
    assert "chanel" in page
    unknown = broken.replace("chanel", "channel").replace('"email"', '"e-mail"')
    assert "no column" in analyst.post(at("use_mapping", load.key), {"text": unknown}).content.decode()
    assert analyst.post(at("use_mapping", load.key), {"text": broken.replace("chanel", "channel")}).status_code == 302


def test_a_saved_mapping_is_chosen_for_the_next_file_and_can_be_downloaded(
    analyst: Client, workspace: Workspace
) -> None:
    first = looked_at(analyst, workspace)
    go_to_dry_run(analyst, first, role__channel="touchpoint")
    load_it(analyst, first)
    analyst.post(at("save_mapping", first.key), {"name": "shop survey"})
    file = analyst.get(at("mapping_file", "shop survey"))
    assert 'touchpoint = "channel"' in file.content.decode()
    assert file["Content-Disposition"] == 'attachment; filename="shopsurvey.toml"'
    second = looked_at(analyst, workspace, ANSWERS.replace("2026-01", "2026-02"))
    assert "shop survey" in analyst.get(at("mapping", second.key)).content.decode()
    analyst.post(at("use_mapping", second.key), {"known": "saved:shop survey"})
    second.refresh_from_db()
    assert 'touchpoint = "channel"' in second.mapping


def test_of_two_tabs_one_loads_and_the_other_is_told(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    go_to_dry_run(analyst, load)
    load.refresh_from_db()
    sent = {"step": "load", "seen": load.attempt}
    analyst.post(at("begin", load.key), sent)
    before = rows_of(workspace)
    answer = analyst.post(at("begin", load.key), sent, follow=True)
    assert "perhaps in another tab" in answer.content.decode()
    assert rows_of(workspace) == before
    assert AuditEntry.objects.of(workspace).filter(what="data loaded").count() == 1
    assert analyst.get(at("mapping", load.key)).status_code == 302


def test_a_mapping_changed_in_another_tab_must_be_checked_again_before_it_is_loaded(
    analyst: Client, workspace: Workspace
) -> None:
    load = looked_at(analyst, workspace)
    page = analyst.get(at("mapping", load.key))
    go_to_dry_run(analyst, load)
    load.refresh_from_db()
    seen = load.attempt
    analyst.post(at("mapping", load.key), as_posted(page, role__channel="touchpoint"))
    analyst.post(at("begin", load.key), {"step": "load", "seen": seen})
    assert rows_of(workspace) == []


def test_work_under_way_shows_its_progress_and_can_be_stopped(
    analyst: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = looked_at(analyst, workspace)
    monkeypatch.setattr(tasks, "start", lambda slug, key: None)
    go_to_dry_run(analyst, load)
    Load.objects.of(workspace).update(state=State.WORKING, stage="mapping", done=40, total=100)
    page = analyst.get(at("load", load.key)).content.decode()
    assert 'value="40"' in page
    assert 'http-equiv="refresh"' in page
    assert "Making interactions" in page
    analyst.post(at("cancel", load.key))
    load.refresh_from_db()
    assert load.is_cancelled
    pulse = tasks.Pulse(load)
    pulse.beat()
    assert pulse.is_stopped()


def test_a_stopped_load_keeps_nothing_and_can_be_run_again(
    analyst: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = looked_at(analyst, workspace)
    go_to_dry_run(analyst, load)
    with monkeypatch.context() as stopped:
        stopped.setattr(tasks.Pulse, "is_stopped", lambda self: True)
        answer = load_it(analyst, load)
    assert "nothing of it was kept" in answer.content.decode()
    assert rows_of(workspace) == []
    assert load_it(analyst, load).context["outcome"]["accepted"] == 4


def test_a_load_whose_process_was_killed_says_so_and_is_run_again_safely(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    go_to_dry_run(analyst, load)
    Load.objects.of(workspace).update(step=Step.LOAD, state=State.WORKING, seen_at=now() - 2 * LEASE)
    page = analyst.get(at("load", load.key)).content.decode()
    assert "interrupted" in page
    assert "Interrupted" in analyst.get(at("imports")).content.decode()
    done = load_it(analyst, load)
    assert done.context["outcome"]["accepted"] == 4
    assert len(rows_of(workspace)) == 4


def test_an_attempt_that_was_given_up_for_dead_cannot_overwrite_the_next_one(
    analyst: Client, workspace: Workspace
) -> None:
    load = looked_at(analyst, workspace)
    stale = Load.objects.of(workspace).get()
    assert load.claim(Step.CHECK)
    assert not load.claim(Step.CHECK)
    assert not stale.note(state=State.READY)
    assert load.note(state=State.WORKING)


def refused_load(client: Client, workspace: Workspace) -> str:
    load = looked_at(client, workspace)
    go_to_dry_run(client, load, missing__nps="")
    return load_it(client, load).context["outcome"]["load"]


def test_refused_rows_are_shown_by_reason_with_column_and_sentence(analyst: Client, workspace: Workspace) -> None:
    key = refused_load(analyst, workspace)
    page = analyst.get(at("refused", key))
    assert page.context["total"] == 2
    assert "ed@example.org" in page.content.decode()
    only = analyst.get(at("refused", key), {"reason": "score_off_scale"})
    assert [row["column"] for row in only.context["rows"]] == ["nps"]


def test_refused_rows_are_corrected_in_a_file_and_loaded(analyst: Client, workspace: Workspace) -> None:
    key = refused_load(analyst, workspace)
    text = analyst.get(at("refused_file", key)).content.decode("utf-8-sig")
    right = text.replace(",99,", ",8,").replace("2226-01-09", "2026-01-09")
    answer = analyst.post(at("replay", key), {"rows": SimpleUploadedFile("fixed.csv", right.encode())}, follow=True)
    assert answer.context["outcome"]["accepted"] == 2
    assert len(rows_of(workspace)) == 5
    assert AuditEntry.objects.of(workspace).filter(what="data replayed").exists()


def test_refused_rows_are_read_again_by_another_mapping(analyst: Client, workspace: Workspace) -> None:
    key = refused_load(analyst, workspace)
    mapping = store_of(workspace).kept("load", key)[-1].body["mapping"]
    other = mapping.replace("scale = [0, 10]", 'scale = [0, 10]\nmissing = ["99"]')
    answer = analyst.post(at("replay", key), {"text": other}, follow=True)
    assert answer.context["outcome"]["accepted"] == 1  # the comment without a score
    wrong = analyst.post(at("replay", key), {"text": "nonsense = ["})
    assert wrong.status_code == 422
    assert "TOML" in wrong.content.decode()


def test_the_download_of_refused_rows_runs_nothing_in_a_spreadsheet(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace, ANSWERS.replace("The fourth", '=HYPERLINK(""x"") The fourth'))
    go_to_dry_run(analyst, load, missing__nps="")
    key = load_it(analyst, load).context["outcome"]["load"]
    text = analyst.get(at("refused_file", key)).content.decode()
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
    assert AuditEntry.objects.of(workspace).filter(what="refused downloaded").exists()


def test_another_workspace_s_import_does_not_exist_here(analyst: Client, workspace: Workspace) -> None:
    other = Workspace.objects.create(slug="airport", name="Airport")
    theirs = Load.objects.create(workspace=other, files=[{"name": "a.csv", "stored": "a.csv", "size": 1}], mapping="x")
    for name in ("load", "mapping", "own_mapping_file"):
        assert analyst.get(at(name, theirs.key)).status_code == 404
    for name in ("begin", "cancel", "discard", "use_mapping", "save_mapping"):
        assert analyst.post(at(name, theirs.key), {"step": "look", "name": "n"}).status_code == 404
    assert Load.objects.of(other).exists()


def test_an_agent_who_may_see_rows_may_not_import(signed_in, workspace: Workspace) -> None:
    agent = signed_in("agent")
    assert agent.get(at("imports")).status_code == 403
    assert hand_in(agent, ("answers.csv", ANSWERS.encode())).status_code == 403
    assert not Load.objects.of(workspace).exists()


def test_an_upload_that_nobody_goes_on_with_is_forgotten_after_a_week(analyst: Client, workspace: Workspace) -> None:
    old = looked_at(analyst, workspace)
    Load.objects.of(workspace).update(seen_at=now() - timedelta(days=tasks.KEPT_DAYS + 1))
    looked_at(analyst, workspace, name="new.csv")
    assert [load.names for load in Load.objects.of(workspace)] == ["new.csv"]
    assert not old.folder.exists()


def test_discarding_an_upload_removes_its_files(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    assert load.folder.exists()
    analyst.post(at("discard", load.key))
    assert not load.folder.exists()
    assert not Load.objects.of(workspace).exists()


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_the_lists_cost_the_same_number_of_queries_however_long_they_are(analyst: Client, workspace: Workspace) -> None:
    key = refused_load(analyst, workspace)
    looked_at(analyst, workspace)
    few = [queries_of(analyst, at("imports")), queries_of(analyst, at("refused", key))]
    for number in range(6):
        somebody = add_user(f"n{number}@example.org")
        Load.objects.create(workspace=workspace, made_by=somebody, files=[{"name": f"{number}.csv"}])
        more = looked_at(analyst, workspace, ANSWERS.replace("2026", str(2010 + number)))
        go_to_dry_run(analyst, more, missing__nps="")
        load_it(analyst, more)
    assert [queries_of(analyst, at("imports")), queries_of(analyst, at("refused", key))] == few
    assert max(few) <= 8


def test_no_customer_s_data_stays_in_the_operational_database(analyst: Client, workspace: Workspace) -> None:
    load = looked_at(analyst, workspace)
    go_to_dry_run(analyst, load)
    load.refresh_from_db()
    kept = json.dumps([load.outcome, load.problem, load.files])
    assert "example.org" not in kept
    assert oct(load.folder.stat().st_mode)[-3:] == "700"


@pytest.mark.data
def test_the_airport_survey_of_2017_is_loaded_through_the_wizard_and_gives_its_nps(
    analyst: Client, workspace: Workspace, shared_data: Path
) -> None:
    data = (shared_data / "sfo_airport" / "sfo_2017.csv.gz").read_bytes()
    hand_in(analyst, ("sfo_2017.csv.gz", data))
    load = Load.objects.of(workspace).get()
    dry = go_to_dry_run(analyst, load, time=" -", day="2017-05-15", role__WEIGHT="property")
    assert dry.context["outcome"]["accepted"] > 40_000
    done = load_it(analyst, load)
    assert done.context["outcome"]["accepted"] == dry.context["outcome"]["accepted"]
    from regard.metrics import Slice, measure

    (figure,) = measure(store_of(workspace), "nps", Slice()).figures
    assert round(figure.estimate.value, 2) == 39.84


def test_a_file_without_a_time_asks_for_the_day_and_not_for_the_way_times_are_written(
    analyst: Client, workspace: Workspace
) -> None:
    text = "id,email,nps\n" + "".join(f"{n},a{n}@example.org,{n % 11}\n" for n in range(30))
    load = looked_at(analyst, workspace, text, "survey_2019.csv")
    page = analyst.get(at("mapping", load.key))
    shown = [field.name for field in page.context["form"].shared_fields()]
    assert shown == ["time", "day", "zone", "customer", "anonymous"]
    assert page.context["form"]["day"].value() == "2019-01-01"
    assert "the file&#x27;s name" in page.content.decode() or "the file's name" in page.content.decode()
    go_to_dry_run(analyst, load, day="2019-06-15")
    load_it(analyst, load)
    assert {row["occurred_at"].date().isoformat() for row in rows_of(workspace)} == {"2019-06-15"}


def test_a_proposal_says_how_sure_it_is(analyst: Client, workspace: Workspace) -> None:
    known = looked_at(analyst, workspace)
    assert "sure of this mapping" in analyst.get(at("mapping", known.key)).content.decode()
    vague = looked_at(analyst, workspace, "a,b\n" + "".join(f"{n},{n * 7}\n" for n in range(30)), "vague.csv")
    assert "Much of this mapping is guessed" in analyst.get(at("mapping", vague.key)).content.decode()


def test_small_joined_files_are_tried_whole_while_their_mapping_is_written(
    analyst: Client, workspace: Workspace
) -> None:
    orders = "order,at,email\n" + "".join(f"{n},2026-01-05,a{n}@example.org\n" for n in range(4))
    reviews = "order,at,email,stars\n" + "".join(f"{n},2026-01-06,a{n}@example.org,{n + 1}\n" for n in range(3))
    hand_in(analyst, ("orders.csv", orders.encode()), ("reviews.csv", reviews.encode()))
    load = Load.objects.of(workspace).latest("pk")
    joined = """
    time = "at"
    customer = "email"
    [[files]]
    name = "orders"
    pattern = "orders*"
    [[files]]
    name = "reviews"
    pattern = "reviews*"
    key = "order"
    [[questions]]
    column = "reviews.stars"
    metric = "csat"
    scale = [1, 5]
    """
    page = analyst.post(at("use_mapping", load.key), {"text": joined}, follow=True)
    assert "What becomes of the files" in page.content.decode()
    assert page.context["trial"]["result"].accepted == 3
