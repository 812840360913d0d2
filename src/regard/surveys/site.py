"""The front door of surveys for other sites, and what all their pages share."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from regard.accounts.site import Workspace
from regard.base.clock import now
from regard.base.ids import new_id
from regard.collect.site import OWN, Arrived, api_key, spool
from regard.surveys.builder.site import make_survey, publish_survey
from regard.surveys.models import Invitation, Response, Survey, SurveyVersion
from regard.surveys.recording import Call
from regard.surveys.respond.bodies import respondents_limit
from regard.surveys.responded.site import (
    Invited,
    Single,
    invited_to,
    keep_margins,
    newest_first,
    questionnaires_of,
    response_called,
    responses_of,
    stamp_of,
)

__all__ = [
    "Invitation",
    "Invited",
    "Response",
    "Single",
    "Survey",
    "SurveyVersion",
    "audited_names",
    "invited_to",
    "keep_margins",
    "make_survey",
    "newest_first",
    "publish_survey",
    "questionnaires_of",
    "respondents_limit",
    "response_called",
    "responses_of",
    "stamp_of",
    "tell",
]

CALLS_AT_ONCE = 500


def audited_names(workspace: Workspace, keys: Sequence[str]) -> dict[str, str]:
    """The names of those surveys that the audit log names by these keys."""
    return dict(Survey.objects.of(workspace).filter(key__in=keys).values_list("key", "name"))


def tell(workspace: Workspace, calls: Sequence[Call]) -> None:
    """Tell the stream: once this returns, the calls are on disk, and a moment later they are interactions.

    Raises :class:`~regard.base.TooMany` or :class:`~regard.base.Unavailable` while nothing more can be taken in.
    """
    for start in range(0, len(calls), CALLS_AT_ONCE):
        body = msgspec.json.encode(calls[start : start + CALLS_AT_ONCE])
        spool().put(Arrived(api_key(workspace.slug), now(), OWN, body, id=new_id()))
