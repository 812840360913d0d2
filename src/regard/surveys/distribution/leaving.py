"""Whoever leaves is left alone: by a page, by one click in the mailbox, or by a text message that says STOP."""

from __future__ import annotations

from typing import Any, Final

from regard.accounts.site import Workspace
from regard.base.clock import now
from regard.surveys.distribution.sending import told_of
from regard.surveys.inviting import SMS_CHANNEL
from regard.surveys.models import Invitation, Preference
from regard.surveys.preferring import ASKED
from regard.surveys.recording import call
from regard.surveys.site import tell

UNSUBSCRIBED: Final = "Unsubscribed"


def kept_of(one: Invitation) -> Preference:
    """What is kept of the address of an invitation."""
    found = Preference.objects.of(one.workspace).filter(channel=one.channel, address=one.address).first()
    return found or Preference(workspace=one.workspace, channel=one.channel, address=one.address)


def keep(one: Invitation, **values: Any) -> None:
    """Keep what the owner of an invitation's address wants."""
    values["changed_at"] = now()
    Preference.objects.of(one.workspace).update_or_create(
        workspace=one.workspace, channel=one.channel, address=one.address, defaults=values
    )


def leave(one: Invitation) -> None:
    """Nothing is sent to the address of an invitation any more; the stream is told once."""
    is_new = not kept_of(one).is_unsubscribed
    keep(one, is_unsubscribed=True, reason=ASKED)
    if is_new:
        tell(one.workspace, [call(told_of(one.survey, one), UNSUBSCRIBED, now())])


def leave_by_text(number: str) -> int:
    """Somebody has answered that they want no more text messages: all who have sent them one hear of it. Returns how
    many workspaces those are."""
    found = [_last_to(workspace, number) for workspace in Workspace.objects.all()]
    for one in filter(None, found):
        leave(one)
    return len(found) - found.count(None)


def _last_to(workspace: Workspace, number: str) -> Invitation | None:
    sent = Invitation.objects.of(workspace).filter(address=number, channel=SMS_CHANNEL).exclude(sent_at=None)
    return sent.select_related("workspace", "survey").order_by("-sent_at").first()
