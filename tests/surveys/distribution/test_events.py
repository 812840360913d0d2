"""People are asked after something has happened to them: once each, in time, and never missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regard.accounts.site import store_of
from regard.base import Invalid
from regard.base.clock import frozen
from regard.profiles import merge
from regard.stream import IN_MEMORY, Batch, open_store
from regard.surveys.distribution.site import preview_recipients, progress, start_programme, stop_programme
from regard.surveys.models import Programme
from regard.surveys.triggering import happened, read_trigger
from tests.channels.conftest import Post
from tests.stream.rows import parquet, row
from tests.surveys.distribution.conftest import NOON, Company, Pass, identify, track

DELIVERED = {"kind": "event", "event": "Order Delivered", "after_hours": 48}


def begin(company: Company, trigger: dict = DELIVERED, **values: object) -> Programme:
    with frozen(NOON - timedelta(hours=1)):
        programme = company.programme(trigger, **values)
        start_programme(programme)
    return programme


def test_two_days_after_a_delivery_the_customer_is_asked(company: Company, post: Post, minutes: Pass) -> None:
    begin(company)
    with frozen(NOON):
        company.knows("ann")
        company.happens("Order Delivered", "ann", order_id="o-1")
    minutes(2, NOON + timedelta(minutes=1))
    assert post.recipients == []
    assert [one.send_at for one in company.invitations] == [NOON + timedelta(hours=48)]
    minutes(2, NOON + timedelta(hours=48))
    assert post.recipients == ["ann@example.org"]
    minutes(3, NOON + timedelta(hours=49))
    assert post.recipients == ["ann@example.org"]


def test_what_happened_before_the_start_or_long_ago_asks_nobody(company: Company, minutes: Pass) -> None:
    with frozen(NOON - timedelta(hours=2)):
        company.knows("ann", "bo")
        company.happens("Order Delivered", "ann")
    begin(company)
    with frozen(NOON):
        company.happens("Order Delivered", "bo", at=NOON - timedelta(days=30))
    minutes(2, NOON + timedelta(minutes=1))
    assert company.invitations == []


def test_only_what_fits_the_condition_asks(company: Company, minutes: Pass) -> None:
    begin(company, {**DELIVERED, "condition": "{carrier} = 'DHL' and {parcels} > 1"})
    with frozen(NOON):
        company.receive(
            identify("ann"),
            identify("bo"),
            track("Order Delivered", "ann", carrier="DHL", parcels=2),
            track("Order Delivered", "bo", carrier="DHL", parcels=1),
        )
    minutes(1, NOON + timedelta(minutes=1))
    assert [one.source_key for one in company.invitations] == ["ann"]


def test_an_event_that_is_nested_too_deeply_asks_by_its_columns_alone(tmp_path: Path) -> None:
    deep = f'{{"carrier": "DHL", "deep": {"[" * 990}{"]" * 990}}}'
    trigger = read_trigger({**DELIVERED, "condition": "{channel} = 'web'"})
    with open_store(IN_MEMORY) as store:
        store.append(Batch(parquet(tmp_path / "1", [row(1, name=trigger.event, channel="web", properties=deep)])))
        [found] = happened(store, trigger, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))
    assert "carrier" not in found.values


def test_a_ticket_that_is_resolved_twice_asks_once(company: Company, minutes: Pass) -> None:
    begin(company, {"kind": "event", "event": "Ticket Resolved"})
    for day in (0, 1):
        with frozen(NOON + timedelta(days=day)):
            company.knows("ann")
            company.happens("Ticket Resolved", "ann", ticket_id="t-1")
        minutes(1, NOON + timedelta(days=day, minutes=1))
    assert len(company.invitations) == 1


def test_a_look_that_is_cut_off_and_made_again_changes_nothing(company: Company, minutes: Pass) -> None:
    programme = begin(company)
    with frozen(NOON):
        company.knows("ann", "bo")
        company.happens("Order Delivered", "ann")
        company.happens("Order Delivered", "bo")
    cursor = Programme.objects.of(company.workspace).get(pk=programme.pk).cursor
    for _ in range(3):
        minutes(1, NOON + timedelta(minutes=1))
        Programme.objects.of(company.workspace).filter(pk=programme.pk).update(cursor=cursor)
    assert sorted(one.source_key for one in company.invitations) == ["ann", "bo"]


def test_what_reaches_the_stream_late_is_not_missed(company: Company, minutes: Pass) -> None:
    """A row may be received before another and be stored after it."""
    begin(company)
    minutes(1, NOON + timedelta(minutes=5))
    with frozen(NOON):
        company.knows("ann")
        company.happens("Order Delivered", "ann")
    minutes(2, NOON + timedelta(minutes=6))
    assert [one.source_key for one in company.invitations] == ["ann"]


def test_a_merge_in_between_does_not_make_an_event_ask_twice(company: Company, minutes: Pass) -> None:
    begin(company)
    with frozen(NOON):
        company.receive(track("Order Delivered", "ann"))
    minutes(1, NOON + timedelta(minutes=1))
    with frozen(NOON + timedelta(minutes=2)):
        company.knows("zoe")
        zoe = company.rows("Profile Updated")[0]["customer"]
        merge(store_of(company.workspace), company.invitations[0].customer, zoe)
    minutes(2, NOON + timedelta(minutes=3))
    assert len(company.invitations) == 1


def test_a_share_is_drawn_and_its_probability_kept(company: Company, minutes: Pass) -> None:
    begin(company, share=0.25)
    names = [f"c{n}" for n in range(120)]
    with frozen(NOON):
        company.receive(*(identify(name) for name in names))
        company.receive(*(track("Order Delivered", name) for name in names))
    minutes(2, NOON + timedelta(minutes=1))
    drawn = company.invitations
    assert 15 <= len(drawn) <= 48
    assert {one.selection_probability for one in drawn} == {0.25}


def test_a_period_takes_as_many_as_it_may_and_everybody_while_it_has_too_few(company: Company, minutes: Pass) -> None:
    begin(company, share=0.01, at_least=5, at_most=5)
    names = [f"c{n}" for n in range(60)]
    with frozen(NOON):
        company.receive(*(identify(name) for name in names))
        company.receive(*(track("Order Delivered", name) for name in names))
    minutes(1, NOON + timedelta(minutes=1))
    assert len(company.invitations) == 5
    assert {one.selection_probability for one in company.invitations} == {1.0}


def test_a_programme_that_is_stopped_sends_nothing(company: Company, post: Post, minutes: Pass) -> None:
    programme = begin(company, {"kind": "event", "event": "Order Delivered"})
    with frozen(NOON):
        company.knows("ann")
        company.happens("Order Delivered", "ann")
    with frozen(NOON + timedelta(seconds=30)):
        stop_programme(programme)
    minutes(3, NOON + timedelta(minutes=1))
    assert post.recipients == []


def test_a_preview_says_who_would_be_asked_and_writes_nothing(company: Company) -> None:
    programme = company.programme(DELIVERED)
    with frozen(NOON):
        company.knows("ann", "bo")
        company.receive(*(track("Order Delivered", name, at=NOON - timedelta(days=1)) for name in ("ann", "bo", "x")))
    with frozen(NOON + timedelta(minutes=1)):
        preview = preview_recipients(programme)
    assert (preview.considered, preview.invited, dict(preview.held)) == (3, 2, {"unreachable": 1})
    assert {one.source_key for one in preview.sample} == {"ann", "bo"}
    assert company.invitations == []
    assert progress(programme).total == 0


def test_a_trigger_that_cannot_be_used_says_where(company: Company) -> None:
    with pytest.raises(Invalid, match="after_hours"):
        read_trigger({"kind": "event", "event": "Order Delivered", "after_hours": -1})
    with pytest.raises(Invalid):
        read_trigger({"kind": "event", "event": "Order Delivered", "condition": "{a} = "})
    with pytest.raises(Invalid):
        read_trigger({"kind": "moon"})
