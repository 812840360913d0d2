"""What comes back by mail: what could not be delivered, and who complains."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Final

from django.conf import settings

from regard.accounts.site import Workspace
from regard.base import Invalid, TooLarge
from regard.base.clock import now
from regard.base.config import config
from regard.base.errors import traced
from regard.channels import LARGEST_REPORT, Kind, Report, read_reports, words_in
from regard.collect import names_one
from regard.profiles import EMAIL, Identifier
from regard.surveys.distribution.sending import block, told_of
from regard.surveys.envelopes import invitation_at
from regard.surveys.inviting import EMAIL_CHANNEL
from regard.surveys.models import Invitation
from regard.surveys.preferring import BOUNCED, COMPLAINED, invitation_in, spelled
from regard.surveys.recording import call
from regard.surveys.site import tell

logger = logging.getLogger(__name__)
BOUNCED_NAME: Final = "Survey Bounced"
COMPLAINED_NAME: Final = "Complaint About Mail Received"
AT_ONCE: Final = 200


def take_report(raw: bytes, workspace: Workspace | None = None) -> int:
    """Take in one mail; returns how many invitations it says something of. It counts only where it came to the return
    path of a mail of ours, which is signed, or names a mail that we have sent, to the address that we have sent it to:
    anybody can write such a report. (Who forwards complaints often takes the address out; the id of the mail, which
    nobody guesses, is enough then.)

    Raises :class:`~regard.base.Invalid` or :class:`~regard.base.TooLarge` for what cannot be read.
    """
    return sum(_taken(report, workspace) for report in read_reports(raw))


def _taken(report: Report, workspace: Workspace | None) -> bool:
    one = _find(report, workspace)
    if one is None:
        return False
    if report.kind is Kind.COMPLAINED:
        block(one.workspace, one.channel, one.address, COMPLAINED)
        tell(one.workspace, [call(told_of(one.survey, one), COMPLAINED_NAME, now())])
    elif report.kind is Kind.BOUNCED and report.is_permanent:
        _bounced(one, report)
    return True


def _find(report: Report, workspace: Workspace | None) -> Invitation | None:
    signed = invitation_at(config().bounce_address, settings.SECRET_KEY, report.came_to)
    public_id = signed or invitation_in(report.message_id)
    rows = Invitation.objects.of(workspace) if workspace else Invitation.objects.public()
    found = rows.select_related("workspace", "survey").filter(public_id=public_id, channel=EMAIL_CHANNEL)
    one = found.exclude(sent_at=None).first()
    is_enough = signed or (report.kind is Kind.COMPLAINED and not report.recipient)
    return one if one and (is_enough or one.address == spelled(EMAIL_CHANNEL, report.recipient)) else None


def _bounced(one: Invitation, report: Report) -> None:
    rows = Invitation.objects.of(one.workspace).filter(pk=one.pk, state__in=["sending", "sent"])
    rows.update(state=Invitation.State.BOUNCED, reason=str(report.reason)[:40], remind_at=None)
    if report.reason.is_lasting:
        block(one.workspace, one.channel, one.address, BOUNCED)
    tell(
        one.workspace,
        [call(told_of(one.survey, one), BOUNCED_NAME, now(), properties={"reason": str(report.reason)})],
    )


def inbox() -> Path:
    """Where a mail server, or a program that fetches mail, puts reports: one mail a file, called ``*.eml``."""
    return config().home / "inbox"


def read_inbox() -> int:
    """Take in what lies there; returns how many mails. What has been taken is removed; what is no report about a mail
    of ours is put aside, for somebody to look at."""
    files = sorted(inbox().glob("*.eml"))[:AT_ONCE] if inbox().is_dir() else []
    for file in files:
        try:
            _take_file(file)
        except OSError as error:  # somebody else's file, or gone meanwhile: the others are read all the same
            logger.warning("a mail in the inbox cannot be taken: %s", traced(error))
    return len(files)


def forget_mails(addresses: Collection[str]) -> None:
    """Delete what was put aside, where one of these addresses stands in it, whole, however the mail is packed."""
    sought = [Identifier(EMAIL, address) for address in addresses if address]
    for file in (inbox() / "others").glob("*.eml"):
        if names_one(words_in(file.read_bytes()), sought):
            file.unlink(missing_ok=True)


def _take_file(file: Path) -> None:
    if _is_ours(file):
        file.unlink(missing_ok=True)
        return
    aside = inbox() / "others"
    aside.mkdir(exist_ok=True, mode=0o700)
    file.replace(aside / file.name)


def _is_ours(file: Path) -> bool:
    if file.stat().st_size > LARGEST_REPORT:  # not even read
        return False
    try:
        return take_report(file.read_bytes()) > 0
    except (Invalid, TooLarge) as error:
        logger.warning("a mail in the inbox cannot be read: %s", traced(error))
        return False
