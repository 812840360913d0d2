"""What pages of sending have in common: the frame of a survey, and what things are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.accounts.site import Workspace, store_of
from regard.base import Invalid
from regard.profiles import known_segments
from regard.surveys.models import Programme, Survey
from regard.surveys.triggering import OfList, OfSegment, OnEvent, read_trigger
from regard.web.site import current_format

REASONS = {
    "spent": gettext_lazy("Asked as often as the allowance lets"),
    "too_soon": gettext_lazy("Asked a short time ago"),
    "asked_before": gettext_lazy("Asked by this survey before"),
    "outranked": gettext_lazy("A more urgent programme asks them"),
    "unsubscribed": gettext_lazy("Unsubscribed"),
    "unreachable": gettext_lazy("No address, or one that bounced"),
    "no_consent": gettext_lazy("No consent"),
    "not_drawn": gettext_lazy("Not drawn"),
    "expired": gettext_lazy("Waited until the link ended"),
    "refused": gettext_lazy("Refused by the mail server or provider"),
    "uncertain": gettext_lazy("Cut off while being sent: counted as sent"),
    "unknown": gettext_lazy("An identifier that cannot be used"),
}
"""Why somebody was not asked, in words."""


def page_of(request: HttpRequest, name: str, survey: Survey, status: int = 200, /, **context: Any) -> HttpResponse:
    """A page of this survey, under its tab."""
    shown = {"survey": survey, "tab": "send", **context}
    return render(request, f"surveys/sending/{name}.html", shown, status=status)


def reason_name(reason: str) -> str:
    return str(REASONS.get(str(reason), reason))


def counted(held: Mapping[Any, int]) -> list[tuple[str, int]]:
    """Reasons in words with how many, the most frequent first."""
    return [(reason_name(reason), many) for reason, many in sorted(held.items(), key=lambda one: -one[1]) if many]


def segment_titles(workspace: Workspace) -> dict[str, str]:
    """What the segments of a workspace are called, by key and in the order of their titles."""
    return {one.key: one.title for one in known_segments(store_of(workspace))}


def asked_by(programme: Programme, segments: Mapping[str, str]) -> str:
    """What makes a programme ask, in a sentence; ``segments`` are their titles by key."""
    try:
        trigger = read_trigger(programme.trigger)
    except Invalid:
        return _("Nothing yet")
    if isinstance(trigger, OnEvent):
        if not trigger.after_hours:
            return _("When %(event)s") % {"event": trigger.event}
        after = current_format().duration(trigger.after_hours * 3600)
        return _("%(time)s after %(event)s") % {"time": after, "event": trigger.event}
    if isinstance(trigger, OfSegment):
        return WHENS[trigger.when] % {"segment": segments.get(trigger.segment, trigger.segment)}
    return _("An uploaded list") if isinstance(trigger, OfList) else _("Whoever a program names")


WHENS = {
    "now": gettext_lazy("Segment %(segment)s, once"),
    "enter": gettext_lazy("Whoever enters segment %(segment)s"),
    "every": gettext_lazy("Segment %(segment)s, again each period"),
}
