"""The pages of segments: build one row by row, see at once whom it holds, list, replace and remove."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.accounts.site import AuditEntry, store_of
from regard.base.ids import profile_number
from regard.profiles import condition_of, find_segment, keep_segment, refresh_profiles, segments_of
from regard.profiles.conditions import as_json
from regard.profiles.forms import drawn
from regard.profiles.tasks import refresh_all
from regard.stream import Batch
from tests.stream.rows import parquet, row

AT = "/w/harbour/segments/"
RETURNS = {"kind": "did", "name": "Order Refunded", "times": {"at_least": 2}}
ROWS = {
    "title": "Returning",
    "match": "all",
    "row": ["0"],
    "r0-kind": "did",
    "r0-event": "Order Refunded",
    "r0-times_how": "at_least",
    "r0-times": "2",
}


@pytest.fixture
def shop(workspace, tmp_path: Path):
    keys = ["1", "1", "2", "2", "3"]
    events = [
        row(place, source_key=key, customer=profile_number(key), name="Order Refunded", channel="web", amount=20.0)
        for place, key in enumerate(keys)
    ]
    store_of(workspace).append(Batch(parquet(tmp_path / "rows.parquet", events)))
    return workspace


@pytest.fixture
def analyst(shop, signed_in) -> Client:
    return signed_in("analyst")


def test_whom_a_segment_shows_leads_to_their_profile(shop, analyst, signed_in) -> None:
    analyst.post(AT + "new/", {**ROWS, "action": "save"})
    link = f'<a href="/w/harbour/people/{profile_number("1")}/">1</a>'
    assert link in analyst.get(AT + "returning/").content.decode()
    assert link not in signed_in("viewer").get(AT + "returning/").content.decode()


@pytest.mark.parametrize("odd", ["9" * 5000, "[" * 980 + "]" * 980], ids=["an endless number", "a deep nest"])
def test_an_event_that_cannot_be_read_keeps_nobody_from_building_a_segment(shop, analyst, tmp_path, odd) -> None:
    events = [
        row(n, id=f"odd {n}", name="Profile Updated", properties=f'{{"{name}": {value}}}')
        for n, (name, value) in enumerate([("odd", odd), ("plan", 1)])
    ]
    store_of(shop).append(Batch(parquet(tmp_path / "odd.parquet", events)))
    refresh_profiles(store_of(shop))
    assert "plan" in analyst.get(AT + "new/").content.decode()


def test_a_segment_is_built_counted_and_kept(shop, analyst) -> None:
    counted = analyst.post(AT + "new/", {**ROWS, "action": "count"}).content.decode()
    assert '<strong class="number">2</strong>' in counted
    answer = analyst.post(AT + "new/", {**ROWS, "action": "save"})
    assert answer.url == AT + "returning/"
    kept = find_segment(store_of(shop), "returning")
    assert as_json(kept.condition) == as_json(condition_of(RETURNS))
    assert segments_of(store_of(shop), profile_number("1")) == ["returning"]
    assert AuditEntry.objects.of(shop).get(what="segment kept").on == "returning"
    page = analyst.get(answer.url).content.decode()
    assert "Order Refunded: at least 2 times" in page
    assert "Returning" in analyst.get(AT).content.decode()


def test_rows_come_and_go_without_scripts_and_what_was_typed_stays(analyst) -> None:
    more = analyst.post(AT + "new/", {**ROWS, "action": "add"}).content.decode()
    assert 'name="row" value="1"' in more
    assert 'value="Order Refunded"' in more
    assert 'class="errors"' not in more
    fewer = analyst.post(AT + "new/", {**ROWS, "row": ["0", "1"], "r1-kind": "trait", "action": "remove-0"})
    assert 'name="row" value="0"' not in fewer.content.decode()
    assert "r1-trait" in fewer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"r0-event": ""}, "This field is required"),
        ({"r0-kind": "trait", "r0-trait": "age", "r0-how": "above", "r0-value": "ten"}, "above needs a number"),
        ({"r0-kind": "score", "r0-metric": "nps", "r0-of": "mean", "r0-scale": "0-10"}, "a range needs"),
        ({"r0-kind": "segment", "r0-segment": "nobody"}, "Select a valid choice"),
    ],
)
def test_a_segment_that_cannot_be_kept_says_why_at_its_row(shop, analyst, changes, said) -> None:
    answer = analyst.post(AT + "new/", {**ROWS, **changes, "action": "save"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert find_segment(store_of(shop), "returning") is None


@pytest.mark.parametrize(
    "condition",
    [
        RETURNS,
        {"kind": "not", "of": RETURNS},
        {"kind": "did", "name": "Page Viewed", "times": {"at_most": 0}, "during": {"within_days": 30}},
        {
            "kind": "did",
            "name": "Order Completed",
            "amount": {"at_least": 99.5},
            "where": [{"column": "channel", "value": "web"}],
        },
        {"kind": "any", "of": [{"kind": "trait", "name": "plan", "value": "pro"}, {"kind": "segment", "key": "vip"}]},
        {"kind": "trait", "name": "age", "is": "at_least", "value": 18},
        {"kind": "score", "metric": "nps", "scale": [0, 10], "of": "mean", "between": {"at_most": 6}},
        {"kind": "latest", "column": "language", "is": "missing"},
    ],
)
def test_what_rows_can_say_is_drawn_and_says_the_same_again(condition) -> None:
    assert drawn(condition_of(condition)) is not None


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "trait", "name": "plan", "is": "one_of", "value": ["a", "b"]},
        {"kind": "did", "name": "A", "during": {"since": "2026-01-01"}},
        {"kind": "all", "of": [RETURNS, {"kind": "any", "of": [RETURNS]}]},
        {"kind": "score", "metric": "x", "scale": [0, 3], "between": {"at_most": 2}},
    ],
)
def test_what_rows_cannot_say_is_shown_as_it_is_kept(shop, analyst, condition) -> None:
    kept = keep_segment(store_of(shop), "Odd", condition_of(condition))
    page = analyst.get(f"{AT}{kept.key}/edit/")
    assert "<textarea" in page.content.decode()
    assert analyst.get(f"{AT}{kept.key}/").status_code == 200


def test_a_condition_in_json_is_judged_by_its_path(shop, analyst) -> None:
    wrong = {"title": "A", "condition": '{"kind": "all", "of": [{"kind": "did"}]}', "action": "save"}
    answer = analyst.post(AT + "new/?as=json", wrong)
    assert (answer.status_code, "of[0]" in answer.content.decode()) == (422, True)
    assert analyst.post(AT + "new/?as=json", {**wrong, "condition": '{"kind": "did", "name": "A"}'}).status_code == 302


def test_a_list_is_uploaded_and_whom_nobody_knows_is_named(shop, analyst) -> None:
    file = SimpleUploadedFile("guests.csv", b"id\n1\n3\n99\n")
    answer = analyst.post(AT + "upload/", {"title": "Guests", "file": file}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == AT + "guests/"
    assert "99" in page
    assert '<strong class="number">2</strong>' in page
    refused = analyst.post(AT + "upload/", {"title": "Empty", "file": SimpleUploadedFile("a.csv", b"id\n\n")})
    assert (refused.status_code, "names nobody" in refused.content.decode()) == (422, True)


def test_a_segment_that_others_name_stays(shop, analyst) -> None:
    store = store_of(shop)
    keep_segment(store, "A", condition_of(RETURNS), key="a")
    keep_segment(store, "B", condition_of({"kind": "segment", "key": "a"}), key="b")
    assert "part of other segments" in analyst.post(AT + "a/remove/", follow=True).content.decode()
    analyst.post(AT + "b/remove/")
    analyst.post(AT + "a/remove/")
    assert find_segment(store, "a") is None


def test_a_viewer_sees_sizes_but_no_customers_and_changes_nothing(shop, signed_in) -> None:
    keep_segment(store_of(shop), "Returning", condition_of(RETURNS))
    viewer = signed_in("viewer")
    page = viewer.get(AT + "returning/").content.decode()
    assert "fewer than 5" in page
    assert "Some of them" not in page
    for path in ("new/", "upload/", "returning/edit/"):
        assert viewer.get(AT + path).status_code == 403


def test_every_figure_can_be_narrowed_to_a_segment(shop, analyst) -> None:
    keep_segment(store_of(shop), "Returning", condition_of(RETURNS))
    for path in ("", "metrics/nps/", "metrics/churn/", "metrics/fcr/", "metrics/nps/rows/", "metrics/nps/trend.csv"):
        assert analyst.get(f"/w/harbour/{path}?where=segment%3Dreturning").status_code == 200, path
    page = analyst.get("/w/harbour/?where=segment%3Dnobody")
    assert page.status_code == 422
    assert '<option value="segment=returning">' in page.content.decode()


def test_memberships_are_refreshed_once_for_each_change(shop) -> None:
    keep_segment(store_of(shop), "Returning", condition_of(RETURNS))
    assert (refresh_all(), refresh_all()) == (1, 0)


def test_the_list_of_segments_asks_as_much_for_many_as_for_few(shop, analyst) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in range(2):
        for place in range(5 * number):
            keep_segment(store_of(shop), f"S{place}", condition_of(RETURNS))
        with CaptureQueriesContext(connection) as asked:
            analyst.get(AT)
        counts.append(len(asked))
    assert counts[0] == counts[1]
