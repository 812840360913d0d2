"""From people who come into question to invitations: who may be asked, who is drawn, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Q

from regard.accounts.site import Workspace, store_of
from regard.base.clock import now
from regard.stream import Store
from regard.surveys.budget import Held
from regard.surveys.distribution.ledger import earlier_of, preferences_of
from regard.surveys.inviting import (
    APP_CHANNEL,
    Earlier,
    Person,
    Rules,
    Verdict,
    agreed,
    judged,
    kept_traits,
    rules_for_asking,
    shown_traits,
)
from regard.surveys.models import Invitation, Programme, Survey
from regard.surveys.preferring import spelled, unwanted
from regard.surveys.quiet import next_allowed
from regard.surveys.terms import Terms, read_terms

AT_ONCE = 500
LONGEST_BECAUSE = 1100


@dataclass(frozen=True)
class Asker:
    """Who asks: a programme, or a program that invites people to a survey by itself."""

    workspace: Workspace
    survey: Survey
    channel: str
    terms: Terms
    programme: Programme | None = None

    @classmethod
    def of(cls, programme: Programme) -> Asker:
        return cls(programme.workspace, programme.survey, programme.channel, read_terms(programme.settings), programme)

    @property
    def priority(self) -> int:
        return self.programme.priority if self.programme else 0

    @property
    def is_in_page(self) -> bool:
        """Nothing is sent: a page shows it to whoever comes by."""
        return self.channel == APP_CHANNEL

    @cached_property
    def store(self) -> Store:
        return store_of(self.workspace)

    @cached_property
    def rules(self) -> Rules:
        return rules_for_asking(self.store)

    @cached_property
    def zone(self) -> str:
        """The workspace's time zone, for people of whom none is known."""
        body = next((record.body for record in self.store.kept("settings", "workspace")), {})
        return body.get("time_zone") or "UTC"

    @property
    def invitations(self) -> Any:
        """What this programme has made; nothing for a program's own."""
        rows = Invitation.objects.of(self.workspace)
        return rows.filter(programme=self.programme) if self.programme else rows.none()


@dataclass(frozen=True)
class Candidate:
    """Somebody who comes into question, about what, and not before when."""

    person: Person
    because: str
    at: datetime
    touchpoint: str = ""
    probability: float = 1.0
    held: Held | None = None
    """Why they are not asked, where that is decided already: they did not stand in the draw."""


@dataclass(frozen=True)
class Weighed:
    """A candidate with what was decided: when it will be sent, or why it will not."""

    candidate: Candidate
    send_at: datetime
    verdict: Verdict


@dataclass
class Admitted:
    """What became of candidates: how many were invited, and how many were not, by reason."""

    invited: int = 0
    held: Counter = field(default_factory=Counter)

    def __iadd__(self, other: Admitted) -> Admitted:
        self.invited += other.invited
        self.held += other.held
        return self


def weigh(asker: Asker, candidates: Sequence[Candidate]) -> list[Weighed]:
    """Judge each: is there an address that may be written to, consent where it is needed, attention left? Those of
    one person, or at one address, are judged one after another."""
    refused = _refusals(asker, candidates)
    allowance = asker.rules.allowance
    people = [one.person for one in candidates]
    days = max(allowance.days, allowance.rest_days, allowance.gap_days)
    before = earlier_of(asker.workspace, asker.store, people, asker.channel, days)
    planned: dict[Any, list[Earlier]] = {}
    found = []
    for candidate, held in zip(candidates, refused, strict=True):
        person, at = candidate.person, _send_at(asker, candidate)
        address = spelled(asker.channel, person.address(asker.channel))
        theirs = (person.customer, address) if address else (person.customer,)
        known = [*before.get(person.customer, ()), *(plan for whose in theirs for plan in planned.get(whose, ()))]
        verdict = Verdict(held) if held else judged(at, asker.survey.pk, asker.priority, known, allowance)
        if verdict.held is None:
            plan = Earlier(at, asker.survey.pk, asker.priority)
            for whose in theirs:
                planned.setdefault(whose, []).append(plan)
        found.append(Weighed(candidate, at, verdict))
    return found


def _send_at(asker: Asker, candidate: Candidate) -> datetime:
    """Not at night; in a page at once, for whoever looks at it is awake."""
    at = max(candidate.at, now())
    return at if asker.is_in_page else next_allowed(at, candidate.person.zone(asker.zone), asker.terms.hours)


def _refusals(asker: Asker, candidates: Sequence[Candidate]) -> list[Held | None]:
    """Why somebody is not written to, whatever they were asked before."""
    addresses = [one.person.address(asker.channel) for one in candidates]
    kept = preferences_of(asker.workspace, asker.channel, filter(None, addresses))
    purpose = asker.rules.consent_for
    agree = agreed(asker.store, {one.person.customer for one in candidates}, purpose) if purpose else None
    return [
        one.held or _refusal(asker, one.person, address, kept.get(spelled(asker.channel, address)), agree)
        for one, address in zip(candidates, addresses, strict=True)
    ]


def _refusal(asker: Asker, person: Person, address: str, kept: Any, agree: set[int] | None) -> Held | None:
    if not address and not asker.is_in_page:
        return Held.UNREACHABLE
    if kept and (reason := unwanted(kept.is_unsubscribed, kept.reason, kept.kinds, asker.terms.kind)):
        return reason
    return Held.NO_CONSENT if agree is not None and person.customer not in agree else None


# --- writing down ----------------------------------------------------------------------------------------------------


def admit(asker: Asker, candidates: Iterable[Candidate]) -> Admitted:
    """Make an invitation for each that may be asked, and write down why not for each that may not. What there is
    already about the same thing stays as it is: done twice, it changes nothing."""
    found, waiting = Admitted(), list(candidates)
    for place in range(0, len(waiting), AT_ONCE):
        found += _admit(asker, waiting[place : place + AT_ONCE])
    return found


@transaction.atomic
def _admit(asker: Asker, candidates: Sequence[Candidate]) -> Admitted:
    """Alone in the workspace: nobody else counts or spends the same people's attention meanwhile."""
    list(Workspace.objects.select_for_update().filter(pk=asker.workspace.pk).values("pk"))
    weighed = weigh(asker, _fresh(asker, candidates))
    displaced = [plan.number for one in weighed for plan in one.verdict.displaced]
    plans = Invitation.objects.of(asker.workspace).filter(pk__in=displaced, state=Invitation.State.WAITING)
    plans.update(state=Invitation.State.SKIPPED, reason=Held.OUTRANKED)
    rows = [_invitation(asker, one) for one in weighed]
    Invitation.objects.of(asker.workspace).bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    held = Counter(one.verdict.held for one in weighed if one.verdict.held)
    return Admitted(len(weighed) - held.total(), held)


def _fresh(asker: Asker, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those about whom there is nothing yet, each once: by what it is about, whoever they are called now."""
    if asker.programme is None:
        return list(candidates)
    about = {_about(one) for one in candidates}
    events, runs = ({because for because, key in about if bool(key) is is_run} for is_run in (False, True))
    of_runs = Q(because__in=runs, source_key__in={key for _, key in about if key})
    rows = asker.invitations.filter(Q(because__in=events) | of_runs if events else of_runs)
    known = {_kept_about(because, key) for because, key in rows.values_list("because", "source_key")}
    found: dict[Any, Candidate] = {}
    for one in candidates:
        if _about(one) not in known:
            found.setdefault(_about(one), one)
    return list(found.values())


def _about(candidate: Candidate) -> tuple[str, str]:
    return _kept_about(candidate.because, candidate.person.source_key)


RUN = "run "
"""How that begins which many people are invited about: a draw of a segment, an entry, a list."""


def _kept_about(because: str, source_key: str) -> tuple[str, str]:
    """An event is one thing, whose number may change when profiles are merged; a draw is one thing for each person."""
    return because, source_key if because.startswith(RUN) else ""


def _invitation(asker: Asker, weighed: Weighed) -> Invitation:
    one, held, terms = weighed.candidate, weighed.verdict.held, asker.terms
    traits = shown_traits(one.person.traits) if asker.is_in_page else one.person.traits
    return Invitation(
        workspace=asker.workspace,
        survey=asker.survey,
        programme=asker.programme,
        source_key=one.person.source_key,
        customer=one.person.customer,
        address=spelled(asker.channel, one.person.address(asker.channel))[:320],
        channel=asker.channel,
        language=one.person.language,
        traits=kept_traits(traits),
        touchpoint=(one.touchpoint or terms.touchpoint)[:200],
        because=one.because[:LONGEST_BECAUSE],
        selection_probability=one.probability,
        is_single_use=terms.is_single_use,
        state=Invitation.State.SKIPPED if held else Invitation.State.WAITING,
        reason=held or "",
        send_at=weighed.send_at,
        expires_at=weighed.send_at + timedelta(days=terms.expires_days),
    )


def with_probability(candidates: Iterable[Candidate], probability: float) -> list[Candidate]:
    return [replace(one, probability=probability) for one in candidates]


def reasons(held: Mapping[Held, int]) -> dict[str, int]:
    """Counts by reason, the most frequent first."""
    return {str(reason): count for reason, count in Counter(held).most_common()}
