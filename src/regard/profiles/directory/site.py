"""What the pages of people show: interactions in words and icons, timelines by page, scores over time."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.base import Invalid
from regard.profiles.evidence import ALIAS, LINKAGE, MERGE, SAME_EVENT, SEPARATE, TRAIT_EMAIL, TRAIT_PHONE
from regard.profiles.model import LinkState
from regard.profiles.people import Answered, Profile
from regard.profiles.timeline import Before, Page
from regard.stream import Interaction
from regard.web.charts import Chart, Point, trend
from regard.web.site import current_format

ITEMS_A_PAGE: Final = 40
LEAST_FOR_A_CHART: Final = 3

ICONS: Final = {
    "Survey": "smile",
    "Order": "file-spreadsheet",
    "Ticket": "life-buoy",
    "Referral": "megaphone",
    "Complaint": "triangle-alert",
    "Page": "eye",
    "Screen": "monitor",
    "Product": "eye",
    "Subscription": "repeat",
    "Email": "inbox",
    "Profile": "user",
    "Account": "users",
    "Consent": "shield",
}
"""The icon of an interaction, by the object of its name."""

RULES: Final = {
    SAME_EVENT: gettext_lazy("named together in one event"),
    TRAIT_EMAIL: gettext_lazy("gave this e-mail address"),
    TRAIT_PHONE: gettext_lazy("gave this phone number"),
    ALIAS: gettext_lazy("an alias call said so"),
    MERGE: gettext_lazy("merged by hand"),
    LINKAGE: gettext_lazy("a suggestion was accepted"),
    SEPARATE: gettext_lazy("separated by hand"),
}
STATES: Final = {
    LinkState.ACCEPTED: gettext_lazy("holds"),
    LinkState.OVER_LIMIT: gettext_lazy("over a limit, does not hold"),
    LinkState.REVOKED: gettext_lazy("taken back"),
    LinkState.SEPARATED: gettext_lazy("stopped by a separation"),
}
KINDS: Final = {
    "user_id": gettext_lazy("Customer number"),
    "anonymous_id": gettext_lazy("Visitor"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Phone number"),
}


@dataclass(frozen=True)
class Line:
    """An interaction as a timeline shows it."""

    item: Interaction
    icon: str
    facts: Sequence[str]
    details: Sequence[tuple[str, str]]

    @property
    def has_score(self) -> bool:
        return self.item.score is not None


def lines_of(items: Sequence[Interaction]) -> list[Line]:
    """Interactions, each with its icon, what it was about in a few words, and the rest for who wants it."""
    return [Line(item, _icon(item.name), _facts(item), _details(item)) for item in items]


def days_of(page: Page) -> list[tuple[Any, list[Line]]]:
    """The lines of a page by the reader's day, newest first."""
    found: dict[Any, list[Line]] = {}
    for line in lines_of(page.interactions):
        found.setdefault(timezone.localtime(line.item.occurred_at).date(), []).append(line)
    return list(found.items())


def threads_of(page: Page) -> list[tuple[str, list[Line]]]:
    """The lines of a page by what they belong to: an order, a ticket, a conversation."""
    return [(thread.subject or "", lines_of(thread.interactions)) for thread in page.threads()]


def _icon(name: str) -> str:
    return ICONS.get(name.split(" ", 1)[0], "clock")


def _facts(item: Interaction) -> list[str]:
    fmt, found = current_format(), []
    if item.score is not None:
        found.append(f"{(item.metric or '').upper()} {scored(item.score, item.scale_max)}".strip())
    if item.amount is not None:
        found.append(fmt.money(item.amount, item.currency))
    return found + [text for text in (item.channel, item.touchpoint, item.subject, item.agent) if text]


def scored(score: float, highest: float | None) -> str:
    """A score beside the highest there is on its scale, as 9 / 10."""
    fmt = current_format()
    return fmt.number(score) if highest is None else f"{fmt.number(score)} / {fmt.number(highest)}"


def _details(item: Interaction) -> list[tuple[str, str]]:
    """Everything that the line itself leaves out: properties and context as they came."""
    own = [(name, value_text(value)) for name, value in (item.properties or {}).items()]
    told = [(f"context.{name}", value_text(value)) for name, value in (item.context or {}).items()]
    known = [("source_key", item.source_key), ("id", item.id), ("load", item.load)]
    return [*own, *told, *((name, value) for name, value in known if value)]


def value_text(value: Any) -> str:
    """A trait or property for people: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def score_charts(profile: Profile) -> list[Chart]:
    """The scores of each question over time, once there are enough of them to draw."""
    by_metric: dict[tuple[str, Any, Any], list[Answered]] = {}
    for answer in profile.scores:
        by_metric.setdefault((answer.metric or "", answer.scale_min, answer.scale_max), []).append(answer)
    return [
        trend(
            [Point(timezone.localtime(one.at).date(), one.score, n=1) for one in found],
            title=name.upper(),
            unit="score",
            fmt=current_format(),
            height=120,
        )
        for (name, *_scale), found in by_metric.items()
        if len(found) >= LEAST_FOR_A_CHART
    ]


def token_of(before: Before | None) -> str:
    """Where the next page of a timeline begins, for an address."""
    if before is None:
        return ""
    text = f"{before[0].isoformat()} {before[1]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def before_of(token: str) -> Before | None:
    """What :func:`token_of` made. Raises Invalid for anything else."""
    if not token:
        return None
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        at, _space, item = text.partition(" ")
        instant = datetime.fromisoformat(at)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Invalid(_("This page of the timeline does not exist."), field="before") from None
    if instant.tzinfo is None:
        raise Invalid(_("This page of the timeline does not exist."), field="before")
    return instant, item


def wanted(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of a timeline that an address asks for."""
    return {name: given[name] for name in ("channel", "name", "subject") if given.get(name)}


def titled(profile: Profile) -> str:
    """What a person is called: their name, or the best that is known of them."""
    named = profile.name or profile.email or profile.phone
    return named or next((one.value for one in profile.identifiers), "") or _("Somebody without a name")
