"""What a first page says of itself, by which a personal link that ends while it is open is still one in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from regard.base import NotFound
from regard.base.clock import now
from regard.base.words import said
from regard.surveys.models import Invitation, Response
from regard.surveys.tokens import read, read_id, sign

INVITATION: Final = "invitation"
START: Final = "start"
OPEN_PAGE: Final = timedelta(days=1)
"""So long after it was opened, the first page of a personal link can be sent, though the link has ended meanwhile."""
UNKNOWN: Final = said("This link does not work, or not any more.")


class Start(NamedTuple):
    """What a first page says of itself: the response that it begins, the version that it shows, for whom."""

    public_id: str
    version: int
    invitation: str

    @property
    def token(self) -> str:
        told = UUID(self.public_id).bytes + self.version.to_bytes(4, "big")
        return sign(settings.SECRET_KEY, START, told + (UUID(self.invitation).bytes if self.invitation else b""))

    @property
    def opened_at(self) -> datetime:
        return instant_of(self.public_id)


def read_start(request: HttpRequest) -> Start | None:
    """What the form says of itself, where it is one of ours."""
    try:
        told = read(settings.SECRET_KEY, START, request.POST.get("start", ""), now())
    except NotFound:
        return None
    invitation = str(UUID(bytes=told[20:])) if told[20:] else ""
    return Start(str(UUID(bytes=told[:16])), int.from_bytes(told[16:20], "big"), invitation)


def instant_of(public_id: str) -> datetime:
    """When an id (UUIDv7) was made: its first 48 bits are milliseconds."""
    return datetime.fromtimestamp((UUID(public_id).int >> 80) / 1000, UTC)


def find_invitation(token: str, at: datetime | None = None) -> Invitation:
    """The invitation of a personal address. Raises NotFound, also when it has ended (by then, usually now)."""
    at = at or now()
    public_id = read_id(settings.SECRET_KEY, INVITATION, token, at)
    found = Invitation.objects.public().filter(public_id=public_id).first()
    if found is None or (found.expires_at and found.expires_at <= at):
        raise NotFound(UNKNOWN)
    return found


def invitation_in_time(request: HttpRequest, token: str) -> Invitation:
    """The invitation of a personal address that is opened or sent to. One that has ended still is what it was to those
    who had opened its page, for a while, and to those who had begun to answer. Raises NotFound."""
    try:
        return find_invitation(token)
    except NotFound:
        ended = find_invitation(token, datetime.fromtimestamp(0, UTC))
        if _was_open(request, ended) or _was_begun(ended):
            return ended
        raise


def _was_open(request: HttpRequest, ended: Invitation) -> bool:
    """Is the page sent that this invitation showed before it ended, and not too long ago?"""
    start = read_start(request)
    if start is None or start.invitation != ended.public_id or now() - start.opened_at > OPEN_PAGE:
        return False
    return start.opened_at < ended.expires_at


def _was_begun(ended: Invitation) -> bool:
    """Is there an answer to go on with? Of a link for several, one that was sent makes no room for another."""
    newest = Response.objects.public().filter(invitation=ended).order_by("-pk").first()
    return newest is not None and (ended.is_single_use or newest.completed_at is None)
