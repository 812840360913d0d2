"""Invitations go out: each is claimed before its message is handed over, so that it goes once, whatever stops when."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.db.models import F, Q, QuerySet

from regard.accounts.site import Workspace
from regard.base import Invalid, RegardError, Unavailable
from regard.base.clock import now
from regard.base.errors import traced
from regard.base.words import said
from regard.channels import Fate, Mail, Outcome, Provider, reason_of, send_text
from regard.channels.site import send_mails
from regard.jobs import Later
from regard.jobs.site import enqueue
from regard.stream.vocabulary import SURVEY_DELIVERED, SURVEY_SENT
from regard.surveys.budget import Held
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.ledger import preferences_of
from regard.surveys.distribution.provider import sms_provider
from regard.surveys.distribution.writing import Writer
from regard.surveys.inviting import APP_CHANNEL, SMS_CHANNEL, zone_of
from regard.surveys.models import Invitation, Preference, Programme, Survey
from regard.surveys.preferring import BOUNCED, unwanted, wants_reminders
from regard.surveys.quiet import next_allowed
from regard.surveys.recording import Call, Told, call
from regard.surveys.site import tell
from regard.surveys.terms import Terms, read_terms

logger = logging.getLogger(__name__)
State = Invitation.State

BATCH: Final = 200
"""Messages in one go; then other jobs have their turn."""
AGAIN: Final = timedelta(minutes=15)
"""After this, what the server did not take yet is offered again."""
PATIENCE_SECONDS: Final = 60
"""How long everything waits for a server that is away."""
FULL_SECONDS: Final = 10
"""How long a programme waits that has sent as many this minute as it may."""
REFUSED: Final = "refused"
MOST_REFUSALS: Final = 5
"""So many mails in a row that the server refuses, and it is we who are refused: the others wait."""
CUT_OFF: Final = timedelta(minutes=15)
"""An invitation that has been under way for so long was cut off: it may have gone, and is not sent again."""
UNCERTAIN: Final = "uncertain"
TOLD_AT_ONCE: Final = 500
LOOKED_SECONDS: Final = 2.0
"""So long what people want, and whether the programme runs, is taken to be as it was."""


def enqueue_due() -> None:
    """Promise to send what is due, by survey and programme; and settle what was cut off."""
    settle_cut_off()
    for survey, programme in sorted(_groups(), key=str):
        enqueue("regard.surveys.distribution.tasks.send_due", key=f"send {survey} {programme}", survey=survey,
                programme=programme)  # fmt: skip


def settle_cut_off() -> None:
    """Those whose process was killed between taking them and hearing what became of them may have gone: they count as
    sent, and are reminded like others. Nobody gets the same mail twice; who has got none gets the reminder."""
    since = Q(reminders=0, sent_at__lt=now() - CUT_OFF) | Q(reminders__gt=0, remind_at__lt=now() - CUT_OFF)
    lost = Invitation.objects.public().select_related("workspace", "programme").filter(since, state=State.SENDING)
    for one in lost.order_by("pk")[:BATCH]:
        settle(one, Outcome(Fate.UNCERTAIN), read_terms(one.programme.settings) if one.programme else Terms())


def _groups() -> set[tuple[int, int | None]]:
    rows = Invitation.objects.public().filter(may_go())
    due = rows.filter(_is_due()) | rows.filter(_is_untold())
    return set(due.values_list("survey_id", "programme_id").distinct())


def may_go() -> Q:
    """Those whose survey is open, and whose programme runs."""
    return Q(survey__state=Survey.State.OPEN) & (Q(programme=None) | Q(programme__is_active=True))


def _is_due() -> Q:
    is_first = Q(state=State.WAITING, send_at__lte=now()) & ~Q(channel=APP_CHANNEL)  # a page takes those
    is_reminder = Q(state=State.SENT, remind_at__isnull=False, remind_at__lte=now())
    return (is_first | is_reminder) & (Q(expires_at=None) | Q(expires_at__gt=now()))


def _is_untold() -> Q:
    return Q(is_told=False, sent_at__isnull=False) & ~Q(state__in=[State.SENDING, State.SKIPPED])


def send_due(survey: int, programme: int | None) -> None:
    """A job: send a batch of what is due, then come back for the rest, no faster than the programme may."""
    asker = _asker(survey, programme)
    if asker is None:
        return
    tell_sent(asker)
    rows = Invitation.objects.of(asker.workspace).filter(may_go(), survey=survey, programme=programme)
    room = _room(asker, rows)
    batch = list(rows.filter(_is_due()).order_by("send_at", "pk")[: min(BATCH, room)]) if room else []
    is_sent = _is_sent(asker, batch)
    tell_sent(asker)
    if not is_sent:
        raise Later(PATIENCE_SECONDS)
    if not room:
        raise Later(FULL_SECONDS)
    if batch:
        raise Later(60 * len(batch) / asker.terms.per_minute if asker.terms.per_minute else 0)


def _asker(survey: int, programme: int | None) -> Asker | None:
    """Who asks; None when that is gone, stopped or closed."""
    row = (
        Survey.objects.public().select_related("workspace", "theme").filter(pk=survey, state=Survey.State.OPEN).first()
    )
    if row is None:
        return None
    if programme is None:
        return Asker(row.workspace, row, "", Terms())
    order = Programme.objects.of(row.workspace).filter(pk=programme, is_active=True).first()
    return order and Asker(row.workspace, row, order.channel, read_terms(order.settings), order)


def _room(asker: Asker, rows: QuerySet) -> int:
    """How many may go now so that no minute sees more than the programme's rate."""
    if not asker.terms.per_minute:
        return BATCH
    lately = rows.filter(sent_at__gt=now() - timedelta(minutes=1)).count()
    return max(0, asker.terms.per_minute - lately)


# --- a batch ---------------------------------------------------------------------------------------------------------


def _is_sent(asker: Asker, batch: Sequence[Invitation]) -> bool:
    """Send them by mail and by text message (an invitation of a program's own says itself by which); False when the
    other side is away."""
    texts = [one for one in batch if one.channel == SMS_CHANNEL]
    mails = [one for one in batch if one.channel != SMS_CHANNEL]
    sent = [channel(asker).send(some) for some, channel in ((mails, _Mails), (texts, _Texts)) if some]
    return all(sent)


@dataclass
class _Channel:
    asker: Asker
    under_way: Invitation | None = None
    kept: Mapping[str, Preference] = field(default_factory=dict)
    looked_at: float = float("-inf")
    refusals: int = 0

    def send(self, batch: Sequence[Invitation]) -> bool:
        """Send them; False when the other side is away: what was claimed last is given back."""
        try:
            self.hand_over(batch, Writer(self.asker))
        except Unavailable as error:
            logger.warning("invitations of survey %s wait: %s", self.asker.survey.pk, traced(error))
            if self.under_way:
                release(self.under_way, now())
            return False
        return True

    def hand_over(self, batch: Sequence[Invitation], writer: Writer) -> None:
        raise NotImplementedError

    def claimed(self, batch: Sequence[Invitation]) -> Iterator[Invitation]:
        """Those that may still go, each claimed for this process alone just before; none once the programme has been
        stopped."""
        for place, one in enumerate(batch):
            if monotonic() - self.looked_at >= LOOKED_SECONDS and not self._look(batch[place:]):
                return
            if self._may_go(one) and claim(one):
                self.under_way = one
                yield one

    def _look(self, rest: Sequence[Invitation]) -> bool:
        """Read what their owners want; False when nobody is to be sent anything any more. A slow server takes minutes
        for a batch, and people leave meanwhile."""
        self.kept = preferences_of(self.asker.workspace, rest[0].channel, [one.address for one in rest])
        self.looked_at = monotonic()
        return Invitation.objects.of(self.asker.workspace).filter(may_go(), pk=rest[0].pk).exists()

    def _may_go(self, one: Invitation) -> bool:
        """Nobody who has left meanwhile, and nobody outside of their hours."""
        kept = self.kept.get(one.address)
        reason = kept and unwanted(kept.is_unsubscribed, kept.reason, kept.kinds, self.asker.terms.kind)
        if one.state == State.SENT and (reason or (kept and not wants_reminders(kept.kinds))):
            _mine(one).update(remind_at=None)
            return False
        if reason:
            skip(one, reason)
            return False
        return not self._is_at_night(one)

    def _is_at_night(self, one: Invitation) -> bool:
        at = now()
        then = next_allowed(at, zone_of(one.traits, self.asker.zone), self.asker.terms.hours)
        if then > at:
            _mine(one).update(**{"remind_at" if one.state == State.SENT else "send_at": then})
        return then > at

    def skip_unreachable(self, one: Invitation, error: Invalid) -> None:
        """Nothing can be sent to that address. Raises what is wrong with our part of the message: it is put right, and
        nobody is left out for it."""
        if error.field != "to":
            release(one, now())
            raise error
        skip(one, Held.UNREACHABLE)

    def settle(self, one: Invitation, outcome: Outcome) -> None:
        """Write down what became of it, before the next one goes."""
        self.under_way = None
        settle(one, outcome, self.asker.terms)
        self.refusals = self.refusals + 1 if outcome.fate is Fate.REFUSED else 0
        if self.refusals >= MOST_REFUSALS:
            raise Unavailable(said("the server refuses what we send"), remedy=said("see docs/how-to/mail.md"))


class _Mails(_Channel):
    def hand_over(self, batch: Sequence[Invitation], writer: Writer) -> None:
        for _, outcome in send_mails(self._written(batch, writer)):
            self.settle(self.under_way, outcome)

    def _written(self, batch: Sequence[Invitation], writer: Writer) -> Iterator[Mail]:
        for one in self.claimed(batch):
            try:
                mail = writer.mail(one)
            except Invalid as error:
                self.skip_unreachable(one, error)
                continue
            yield mail


class _Texts(_Channel):
    def hand_over(self, batch: Sequence[Invitation], writer: Writer) -> None:
        provider: Provider = sms_provider()
        for one in self.claimed(batch):
            try:
                text = writer.text(one)
            except Invalid as error:
                self.skip_unreachable(one, error)
                continue
            self.settle(one, send_text(provider, text))


# --- one invitation --------------------------------------------------------------------------------------------------


def _mine(one: Invitation) -> QuerySet:
    """The row, as long as nobody has changed it since it was read."""
    return Invitation.objects.of(one.workspace).filter(pk=one.pk, state=one.state, reminders=one.reminders)


def claim(one: Invitation) -> bool:
    """Take it for sending, unless somebody else has, or it was answered meanwhile."""
    is_reminder = one.state == State.SENT
    values = {"reminders": F("reminders") + 1, "remind_at": now()} if is_reminder else {"sent_at": now()}
    if not _mine(one).update(state=State.SENDING, **values):
        return False
    one.state, one.reminders = State.SENDING, one.reminders + is_reminder
    one.sent_at = one.sent_at if is_reminder else now()
    return True


def release(one: Invitation, at: datetime) -> None:
    """Give it back: it has certainly not gone, and goes at that time."""
    if one.reminders:
        _mine(one).update(state=State.SENT, reminders=F("reminders") - 1, remind_at=at)
    else:
        _mine(one).update(state=State.WAITING, sent_at=None, send_at=at)


def skip(one: Invitation, reason: str) -> None:
    """Do not send it, nor remind anybody of it."""
    if one.reminders:
        _mine(one).update(state=State.SENT, reminders=F("reminders") - 1, remind_at=None)
    else:
        _mine(one).update(state=State.SKIPPED, sent_at=None, reason=str(reason)[:40])


def settle(one: Invitation, outcome: Outcome, terms: Terms) -> None:
    """What the server said becomes what the database says; an answer that came meanwhile stays."""
    if outcome.fate is Fate.LATER:
        release(one, now() + AGAIN)
    elif outcome.fate is Fate.REFUSED:
        logger.warning("invitation %s was refused: %s", one.pk, outcome.reason)
        _refused(one)
    elif outcome.fate is Fate.BOUNCED:
        _mine(one).update(state=State.BOUNCED, reason=outcome.reason[:40], remind_at=None)
        if reason_of(outcome.reason.partition(" ")[2]).is_lasting:
            block(one.workspace, one.channel, one.address, BOUNCED)
    else:
        again = now() + timedelta(days=terms.reminder_days) if one.reminders < terms.reminders else None
        reason = UNCERTAIN if outcome.fate is Fate.UNCERTAIN else ""
        _mine(one).update(state=State.SENT, remind_at=again, reason=reason)


def _refused(one: Invitation) -> None:
    """Once more in an hour, for it may have been our settings; then never."""
    if one.reason == REFUSED:
        skip(one, REFUSED)
    else:
        _mine(one).update(reason=REFUSED)
        release(one, now() + timedelta(hours=1))


def block(workspace: Workspace, channel: str, address: str, reason: str) -> None:
    """Never write there again, for a reason that its owner may take back. That somebody had left is not forgotten when
    their address bounces later."""
    values = {"reason": reason, "changed_at": now()} | ({} if reason == BOUNCED else {"is_unsubscribed": True})
    Preference.objects.of(workspace).update_or_create(
        workspace=workspace, channel=channel, address=address, defaults=values
    )


# --- telling the stream ----------------------------------------------------------------------------------------------


def tell_sent(asker: Asker) -> None:
    """Tell the stream of what has gone and is not told yet; told twice, it is the same."""
    rows = Invitation.objects.of(asker.workspace).filter(_is_untold(), survey=asker.survey, programme=asker.programme)
    while found := list(rows.order_by("pk")[:TOLD_AT_ONCE]):
        try:
            tell(asker.workspace, [each for one in found for each in calls_of(asker, one)])
        except RegardError as error:
            logger.warning("what was sent is told later: %s", traced(error))
            return
        Invitation.objects.of(asker.workspace).filter(pk__in=[one.pk for one in found]).update(is_told=True)


def told_of(survey: Survey, one: Invitation) -> Told:
    """What is the same for all that is told of an invitation."""
    return Told(
        subject=one.public_id,
        survey=survey.key,
        survey_name=survey.name,
        channel=one.channel,
        source_key=one.source_key,
        language=one.language,
        touchpoint=one.touchpoint,
        weight=1 / one.selection_probability if one.selection_probability else 1.0,
        more={"programme": one.programme_id},
    )


def calls_of(asker: Asker, one: Invitation) -> list[Call]:
    """That it was sent, and that it was delivered where the next server has taken it, or the page that shows it."""
    told = told_of(asker.survey, one)
    calls = [call(told, SURVEY_SENT, one.sent_at)]
    if one.reason != UNCERTAIN and one.state != State.BOUNCED:
        by = "page" if one.channel == APP_CHANNEL else "server"
        taken_at = one.sent_at + timedelta(milliseconds=1)  # timelines show it after the sending
        calls.append(call(told, SURVEY_DELIVERED, taken_at, properties={"by": by}))
    return calls
