"""What the pages and the API of distribution ask for: programmes that begin and end, whom they would reach, how far
they are; people invited by a program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count

from regard.accounts.site import User, Workspace, record_audit, store_of
from regard.base import Conflict, Invalid, NotFound
from regard.base.clock import now
from regard.base.words import said
from regard.profiles import get_segment, refresh_profiles
from regard.surveys.budget import Held
from regard.surveys.distribution.choosing import Admitted, Asker, Candidate, admit, reasons, weigh
from regard.surveys.distribution.provider import has_sms, sms_provider
from regard.surveys.distribution.running import (
    begin_run,
    candidates_of,
    everybody,
    first_entry,
    forget_list_of,
    keep_list_of,
    list_path,
    sample,
)
from regard.surveys.distribution.sending import enqueue_due
from regard.surveys.inviting import (
    SMS_CHANNEL,
    Named,
    Person,
    Rules,
    keep_rules_for_asking,
    people_named,
    rules_for_asking,
)
from regard.surveys.models import Invitation, Programme, Survey
from regard.surveys.respond.visiting import personal_address
from regard.surveys.terms import Terms, read_terms
from regard.surveys.triggering import OfList, OfSegment, OnEvent, happened, read_trigger

__all__ = [
    "Admitted",
    "Named",
    "Preview",
    "Progress",
    "allowance_of",
    "forget_list_of",
    "has_sms",
    "invite",
    "keep_allowance",
    "keep_list_of",
    "make_link",
    "preview_recipients",
    "progress",
    "reasons",
    "start_programme",
    "stop_programme",
]

LOOKED_BACK = timedelta(days=30)
"""A preview of a programme that waits for events looks at those of so many days."""
SHOWN = 10


# --- a programme -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """Whom a programme would ask now (for events: would have asked in the last 30 days): how many come into question,
    how many of them would be invited and with which probability, why the others not, and a few who would be."""

    considered: int
    invited: int
    probability: float
    held: Mapping[Held, int] = field(default_factory=dict)
    sample: Sequence[Person] = ()


def preview_recipients(programme: Programme) -> Preview:
    """Whom a programme would ask. Nothing is written. Raises Invalid for a trigger or settings that cannot be used,
    NotFound for a segment or a list that is not there."""
    asker, trigger = Asker.of(programme), read_trigger(programme.trigger)
    refresh_profiles(asker.store)
    if isinstance(trigger, OnEvent):
        return _preview_of_events(asker, trigger)
    if isinstance(trigger, OfSegment):
        get_segment(asker.store, trigger.segment)
    candidates = everybody(asker, "preview", now())
    chosen, held = sample(asker, candidates, salt=f"{programme.pk} preview")
    counted = Counter(one.verdict.held for one in weigh(asker, held) if one.verdict.held)
    counted[Held.NOT_DRAWN] = len(candidates) - len(chosen) - len(held)
    probability = chosen[0].probability if chosen else 0.0
    return Preview(len(candidates), len(chosen), probability, +counted, [one.person for one in chosen[:SHOWN]])


def _preview_of_events(asker: Asker, trigger: OnEvent) -> Preview:
    events = list(happened(asker.store, trigger, now() - LOOKED_BACK, now(), LOOKED_BACK))
    candidates = candidates_of(asker, trigger, events)
    weighed = weigh(asker, candidates)
    may = [one.candidate for one in weighed if one.verdict.held is None]
    counted = Counter(one.verdict.held for one in weighed if one.verdict.held)
    expected = round(len(may) * asker.terms.share)
    counted[Held.NOT_DRAWN] = len(may) - expected
    return Preview(len(candidates), expected, asker.terms.share, +counted, [one.person for one in may[:SHOWN]])


def start_programme(programme: Programme, by: User | None = None) -> None:
    """Let a programme begin to ask: those meant now, or whatever happens from now on. Started again, it goes on with
    what waits, and does not ask about what happened while it was stopped.

    Raises Conflict for a survey that is not open, and Invalid or NotFound for what the programme lacks.
    """
    asker, trigger = Asker.of(programme), read_trigger(programme.trigger)
    _require_ready(asker, programme)
    at = now()
    programme.cursor = programme.started_at = at
    if isinstance(trigger, OfSegment):
        get_segment(asker.store, trigger.segment)
        programme.cursor = first_entry(asker, trigger.segment) if trigger.when == "enter" else at
    has_list = isinstance(trigger, OfList) and _has_list(asker, programme)
    programme.is_active = True
    programme.save(update_fields=["cursor", "started_at", "is_active"])
    if has_list or (isinstance(trigger, OfSegment) and trigger.when != "enter"):
        begin_run(programme, at)
    record_audit(programme.workspace, by, "programme started", programme.name[:120])


def _require_ready(asker: Asker, programme: Programme) -> None:
    if programme.is_active:
        raise Conflict(said("this programme is running already"))
    if asker.survey.state != Survey.State.OPEN or asker.survey.version is None:
        raise Conflict(said("its survey is not open"), remedy=said("publish the survey first"))
    if asker.channel == SMS_CHANNEL:
        sms_provider()


def _has_list(asker: Asker, programme: Programme) -> bool:
    """Is there a list that nobody has been invited from yet? One that has been used is gone, and its invitations go
    on. Raises NotFound when there has never been one."""
    try:
        return list_path(programme).is_file()
    except NotFound:
        if not asker.invitations.exists():
            raise
        return False


def stop_programme(programme: Programme, by: User | None = None) -> None:
    """Let it ask nobody any more, nor remind anybody. What waits stays, and goes if it is started again in time."""
    Programme.objects.of(programme.workspace).filter(pk=programme.pk).update(is_active=False)
    programme.is_active = False
    record_audit(programme.workspace, by, "programme stopped", programme.name[:120])


@dataclass(frozen=True)
class Progress:
    """How many invitations stand where; ``held`` says why those were skipped that were."""

    waiting: int = 0
    sending: int = 0
    sent: int = 0
    answered: int = 0
    bounced: int = 0
    skipped: int = 0
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def gone(self) -> int:
        """Those that have left this house."""
        return self.sent + self.answered + self.bounced

    @property
    def total(self) -> int:
        """All that were or will be sent."""
        return self.waiting + self.sending + self.gone

    @property
    def share(self) -> float:
        return self.gone / self.total if self.total else 0.0


def progress(programme: Programme) -> Progress:
    """How far a programme is: two questions, however many invitations."""
    rows = Invitation.objects.of(programme.workspace).filter(programme=programme)
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    skipped = rows.filter(state=Invitation.State.SKIPPED)
    return Progress(**counts, held=dict(skipped.values_list("reason").annotate(Count("pk"))))


# --- by a program ----------------------------------------------------------------------------------------------------


def invite(
    workspace: Workspace,
    survey: Survey,
    people: Sequence[Named],
    *,
    channel: str = "email",
    programme: Programme | None = None,
    because: str = "",
) -> Admitted:
    """Invite people whom a program names, on a programme's terms or the usual ones, within everybody's allowance.

    ``because`` names what it is about: with a programme, nobody is asked twice about the same. Raises Conflict for a
    survey that is not open, Invalid for somebody whose identifiers are nobody's.
    """
    asker = Asker.of(programme) if programme else Asker(workspace, survey, channel, Terms())
    if survey.state != Survey.State.OPEN:
        raise Conflict(said("this survey is not open"), remedy=said("publish the survey first"))
    refresh_profiles(asker.store)
    found = people_named(asker.store, people)
    if None in found:
        raise Invalid(
            said("person {number} has no identifier that can be used", number=found.index(None) + 1),
            field=f"people.{found.index(None)}",
            remedy=said("give email, phone or user_id"),
        )
    about = f"run {because}" if because else ""
    at = now()
    candidates = [Candidate(one, about or f"run {at.isoformat()} {n}", at) for n, one in enumerate(found)]
    done = admit(asker, candidates)
    enqueue_due()
    return done


def make_link(survey: Survey, named: Named, *, is_single_use: bool = True, days: int = 30) -> str:
    """The path of a personal link that somebody else hands out: nothing is sent. Raises Invalid as :func:`invite`."""
    store = store_of(survey.workspace)
    person = people_named(store, [named])[0]
    if person is None:
        raise Invalid(said("this is nobody's identifier"), field="person")
    at = now()
    made = Invitation.objects.create(
        workspace=survey.workspace,
        survey=survey,
        source_key=person.source_key,
        customer=person.customer,
        language=person.language,
        traits=dict(named.traits),
        is_single_use=is_single_use,
        state=Invitation.State.SENT,
        is_told=True,
        sent_at=at,
        expires_at=at + timedelta(days=read_terms({"expires_days": days}).expires_days),
    )
    return personal_address(made)


# --- the workspace's rules -------------------------------------------------------------------------------------------


def allowance_of(workspace: Workspace) -> Rules:
    """How often one person may be asked for anything, and whose consent is needed."""
    return rules_for_asking(store_of(workspace))


def keep_allowance(workspace: Workspace, rules: Rules, by: User | None = None) -> None:
    """Keep the rules; what waits already stays as planned."""
    keep_rules_for_asking(store_of(workspace), rules, by.email if by else None)
    record_audit(workspace, by, "asking changed", "allowance")
