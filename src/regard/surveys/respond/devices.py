"""What else one device has answered in one survey: the anonymous link may be opened several times, and counts once.

Asked for whenever a response begins and ends, so in SQL that no query builder has to make anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from django.db import connection

from regard.surveys.flags import DUPLICATE
from regard.surveys.models import Response

MOST: Final = 200
"""Other responses of a device that are looked at, the complete ones first."""
_COMPLETE: Final = "AND completed_at IS NOT NULL LIMIT 1"
_ALL: Final = f"ORDER BY completed_at IS NULL, id DESC LIMIT {MOST}"


class Other(NamedTuple):
    """Another response of the same device: its row, whether it is complete, and what the stream has of it."""

    pk: int
    is_complete: bool
    recorded: Sequence[str]


def others_of(response: Response) -> list[Other]:
    """Other responses from the device of this one; where a device may answer again, one that is complete will do.
    None where somebody was invited, or at a kiosk."""
    if not response.device or response.invitation_id:
        return []
    table = connection.ops.quote_name(Response._meta.db_table)
    known = f"SELECT id, completed_at, recorded FROM {table} WHERE survey_id = %s AND device = %s AND public_id <> %s "  # noqa: S608 - no value is pasted
    which = _ALL if response.survey.is_once_each else _COMPLETE
    with connection.cursor() as cursor:
        cursor.execute(known + which, [response.survey_id, response.device, response.public_id])
        return [Other(pk, completed is not None, _names(recorded)) for pk, completed, recorded in cursor.fetchall()]


def is_kept(response: Response) -> bool:
    """Is there a row of this id already?"""
    table = connection.ops.quote_name(Response._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE public_id = %s", [response.public_id])  # noqa: S608 - as above
        return cursor.fetchone() is not None


def _names(recorded: Any) -> list[str]:
    return msgspec.json.decode(recorded) if isinstance(recorded, str) else recorded


def recorded_in(others: Sequence[Other]) -> frozenset[str]:
    """The questions whose answers the stream has from those that nobody went on with: they count for the device."""
    return frozenset(name for other in others if not other.is_complete for name in other.recorded)


def flag_parts(response: Response, others: Sequence[Other]) -> None:
    """Flag those that are not complete: this response stands for their device."""
    parts = [other.pk for other in others if not other.is_complete]
    for part in Response.objects.of(response.workspace).filter(pk__in=parts, invitation=None) if parts else ():
        if DUPLICATE not in part.flags:
            unfinished = Response.objects.of(response.workspace).filter(pk=part.pk, completed_at=None)
            unfinished.update(flags=[*part.flags, DUPLICATE])
