"""Programmes at work: who comes into question now, by events, by segments and by lists."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Count, Q

from regard.base import Invalid, NotFound, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.errors import traced
from regard.base.files import write_privately
from regard.base.words import said
from regard.jobs.site import enqueue
from regard.profiles import moment_of, refresh_memberships, refresh_profiles, select_members
from regard.stream import Question, Store, compose
from regard.surveys.distribution.choosing import (
    AT_ONCE,
    RUN,
    Admitted,
    Asker,
    Candidate,
    admit,
    weigh,
    with_probability,
)
from regard.surveys.inviting import EVENT_PREFIX, Person, people_named, people_of, read_list
from regard.surveys.models import Invitation, Programme, Response
from regard.surveys.sampling import draw, is_drawn
from regard.surveys.terms import read_terms
from regard.surveys.triggering import (
    Happened,
    OfList,
    OfSegment,
    OnEvent,
    because_of,
    entered,
    happened,
    looked_from,
    read_trigger,
)

logger = logging.getLogger(__name__)


# --- what comes back every minute ------------------------------------------------------------------------------------


def look_for_people() -> None:
    """Let every programme that is active look whom it should invite now, the most urgent ones first. One that cannot
    must not keep the others from it."""
    for programme in urgent_first():
        try:
            look(programme)
        except RegardError as error:
            logger.warning("programme %s could not look for people: %s", programme.pk, traced(error))


def urgent_first() -> list[Programme]:
    """Active programmes of surveys that are open: by priority, then by how many answers they miss."""
    rows = Programme.objects.public().filter(is_active=True, survey__state="open")
    found = list(rows.select_related("workspace", "survey"))
    answers = dict(
        Response.objects.public()
        .filter(invitation__programme__in=found)
        .exclude(completed_at=None)
        .values_list("invitation__programme")
        .annotate(Count("pk"))
    )
    return sorted(found, key=lambda one: (-one.priority, -_missing(one, answers.get(one.pk, 0)), one.pk))


def _missing(programme: Programme, answers: int) -> int:
    try:
        return max(0, read_terms(programme.settings).at_least - answers)
    except Invalid:  # it says so when it looks itself
        return 0


def look(programme: Programme) -> Admitted:
    """Invite whoever has come into question since the last look."""
    trigger = read_trigger(programme.trigger)
    asker = Asker.of(programme)
    if programme.cursor is None or programme.started_at is None:
        _begin_now(programme)
        return Admitted()
    if isinstance(trigger, OnEvent):
        return _look_at_events(asker, trigger)
    if isinstance(trigger, OfSegment) and trigger.when == "enter":
        return _look_at_entries(asker, trigger)
    if isinstance(trigger, OfSegment) and trigger.when == "every":
        _begin_period(programme, asker.terms.period_days)
    return Admitted()


def _begin_now(programme: Programme) -> None:
    """An active programme that nobody has started (brought back, or made by a program) begins with what comes now."""
    at = now()
    rows = Programme.objects.of(programme.workspace).filter(pk=programme.pk)
    rows.update(cursor=programme.cursor or at, started_at=programme.started_at or at)


# --- events ----------------------------------------------------------------------------------------------------------


def _look_at_events(asker: Asker, trigger: OnEvent) -> Admitted:
    programme, until, found = asker.programme, now(), Admitted()
    since = max(looked_from(programme.cursor, until), programme.started_at)
    events = list(happened(asker.store, trigger, since, until))
    if events:
        refresh_profiles(asker.store)
    for place in range(0, len(events), AT_ONCE):
        found += admit(asker, _drawn(asker, candidates_of(asker, trigger, events[place : place + AT_ONCE])))
    Programme.objects.of(asker.workspace).filter(pk=programme.pk, cursor=programme.cursor).update(cursor=until)
    return found


def _drawn(asker: Asker, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those who come one by one each draw a lot of their own. While a period has fewer than it needs, everybody is
    taken; once it has as many as it may, nobody."""
    terms = asker.terms
    taken = _taken(asker) if terms.at_least or terms.at_most else 0
    chosen = []
    for one in candidates:
        share = 1.0 if taken < terms.at_least else terms.share
        is_full = terms.at_most and taken >= terms.at_most
        if not is_full and is_drawn(one.person.customer, f"{asker.programme.pk} {one.because}", share):
            chosen += with_probability([one], share)
            taken += 1
    return chosen


def _taken(asker: Asker) -> int:
    """How many this programme has invited in the period that is running."""
    since = now() - timedelta(days=asker.terms.period_days)
    return asker.invitations.filter(send_at__gte=since).exclude(state=Invitation.State.SKIPPED).count()


def candidates_of(asker: Asker, trigger: OnEvent, events: Sequence[Happened]) -> list[Candidate]:
    """The people of events about which there is nothing yet, not before their delay is over."""
    about = {because_of(trigger, event): event for event in reversed(events)}
    known = set(asker.invitations.filter(because__in=about).values_list("because", flat=True))
    fresh = {because: event for because, event in about.items() if because not in known}
    people = people_of(asker.store, {event.customer for event in fresh.values()})
    delay = timedelta(hours=trigger.after_hours)
    return [
        Candidate(_person(people, event), because, event.occurred_at + delay, event.touchpoint)
        for because, event in reversed(fresh.items())
    ]


def _person(people: dict[int, Person], event: Happened) -> Person:
    known = people.get(event.customer)
    traits = {**(known.traits if known else {}), **_of_event(event)}
    email, phone = (known.email, known.phone) if known else ("", "")
    return Person(event.customer, event.source_key, email, phone, traits)


def _of_event(event: Happened) -> dict[str, object]:
    """What texts may say of what happened: ``{profile.event_subject}``."""
    return {f"{EVENT_PREFIX}{name}": value for name, value in event.values.items()}


# --- segments --------------------------------------------------------------------------------------------------------


def _look_at_entries(asker: Asker, trigger: OfSegment) -> Admitted:
    programme = asker.programme
    found = entered(asker.store, trigger.segment, programme.cursor)
    if not found:
        return Admitted()
    refresh_profiles(asker.store)
    people = people_of(asker.store, [who for who, _ in found])
    candidates = [
        Candidate(people[who], f"{RUN}{trigger.segment} {at.isoformat()}", now()) for who, at in found if who in people
    ]
    done = admit(asker, _drawn(asker, candidates))
    latest = max(at for _, at in found)
    Programme.objects.of(asker.workspace).filter(pk=programme.pk, cursor=programme.cursor).update(cursor=latest)
    return done


def first_entry(asker: Asker, segment: str) -> datetime:
    """From when on memberships are new: those there are now, once brought up to date, are not."""
    refresh_profiles(asker.store)
    refresh_memberships(asker.store, asker.workspace.slug)
    there = entered(asker.store, segment, datetime(1970, 1, 1, tzinfo=UTC))
    return max((at for _, at in there), default=datetime(1970, 1, 1, tzinfo=UTC)) + timedelta(microseconds=1)


def _begin_period(programme: Programme, days: int) -> None:
    """Draw anew once a period is over; of several processes that see it, one does."""
    at = now()
    seen = Programme.objects.of(programme.workspace).filter(pk=programme.pk, cursor=programme.cursor)
    if at >= programme.cursor + timedelta(days=days) and seen.update(cursor=at):
        begin_run(programme, at)


def begin_run(programme: Programme, at: datetime) -> None:
    """Promise to invite everybody who is meant at that instant."""
    enqueue(
        "regard.surveys.distribution.tasks.invite_all",
        key=f"invite {programme.pk}",
        programme=programme.pk,
        run=at.isoformat(),
    )


def invite_all(programme: int, run: str) -> None:
    """A job: invite the members of a segment, or everybody of a list. Cut off, it goes on where it was: the draw is
    made again and is the same."""
    row = Programme.objects.public().select_related("workspace", "survey").filter(pk=programme, is_active=True).first()
    if row is None:
        return
    asker = Asker.of(row)
    refresh_profiles(asker.store)
    about = RUN + run
    made = list(asker.invitations.filter(because=about).values_list("source_key", "customer", "state"))
    known = {key for key, _, _ in made}
    fresh = [one for one in everybody(asker, about, datetime.fromisoformat(run)) if one.person.source_key not in known]
    already = [who for _, who, state in made if state != Invitation.State.SKIPPED]
    chosen, held = sample(asker, fresh, already, salt=f"{row.pk} {run}")
    admit(asker, [*held, *chosen])
    forget_list_of(row)


def everybody(asker: Asker, about: str, as_of: datetime) -> list[Candidate]:
    """Whom a segment or a list means."""
    trigger = read_trigger(asker.programme.trigger)
    if isinstance(trigger, OfSegment):
        people: Iterator[Person] = iter(people_of(asker.store, _members(asker, trigger.segment, as_of)).values())
    elif isinstance(trigger, OfList):
        named = read_list(list_path(asker.programme).read_bytes())
        people = (one for one in people_named(asker.store, named) if one)
    else:
        return []
    return [Candidate(one, about, now()) for one in {one.source_key: one for one in people}.values()]


def members_of(store: Store, segment: str, as_of: datetime) -> Any:
    """The query for the members of a segment as of an instant."""
    return select_members(store, [segment], moment_of(store, as_of))


def _members(asker: Asker, segment: str, as_of: datetime) -> list[int]:
    those = members_of(asker.store, segment, as_of)
    query = compose.select("customer").from_(those.subquery("those")).order_by("customer")
    return list(asker.store.ask(Question("members to invite", query))["customer"])


def sample(
    asker: Asker, candidates: Sequence[Candidate], already: Sequence[int] = (), salt: str = ""
) -> tuple[list[Candidate], list[Candidate]]:
    """Those who are drawn of those who may be asked, with their probability; and those who may not be asked, with why:
    judged again once the draw is over, they might be let in without having stood in it."""
    weighed = weigh(asker, candidates)
    may = [one.candidate for one in weighed if one.verdict.held is None]
    held = [replace(one.candidate, held=one.verdict.held) for one in weighed if one.verdict.held is not None]
    terms, numbers = asker.terms, [*already, *(one.person.customer for one in may)]
    drawn = draw(numbers, salt, share=terms.share, at_least=terms.at_least, at_most=terms.at_most)
    lucky = set(drawn.customers)
    return with_probability((one for one in may if one.person.customer in lucky), drawn.probability), held


# --- lists -----------------------------------------------------------------------------------------------------------


def list_path(programme: Programme) -> Path:
    """Where the list of a programme lies. Raises NotFound when none has been uploaded."""
    path = config().home / "lists" / f"{programme.pk}.csv"
    if not path.is_file():
        raise NotFound(said("this programme has no list yet"), field="file", remedy=said("upload one"))
    return path


def keep_list_of(programme: Programme, data: bytes) -> int:
    """Keep the list of a programme in the place of the one it had; returns how many people it names."""
    people = len(read_list(data))
    write_privately(config().home / "lists" / f"{programme.pk}.csv", data)
    return people


def forget_list_of(programme: Programme) -> None:
    """A list is not kept once its people are invited: what is needed of it stands in the invitations."""
    (config().home / "lists" / f"{programme.pk}.csv").unlink(missing_ok=True)


def expire() -> None:
    """What waited until its link ended is not sent any more."""
    over = Q(state=Invitation.State.WAITING, expires_at__lte=now())
    Invitation.objects.public().filter(over).update(state=Invitation.State.SKIPPED, reason="expired")
