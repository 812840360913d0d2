"""What the database remembers of people: what they were asked before, and what they do not want."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from regard.accounts.site import Workspace
from regard.base.clock import now
from regard.base.ids import profile_number
from regard.stream import Store
from regard.surveys.inviting import Earlier, Person, linked_keys
from regard.surveys.models import Invitation, Preference
from regard.surveys.preferring import spelled

COUNTED = ("waiting", "sending", "sent", "answered")
"""States of invitations that cost attention: what bounced or was never sent costs none."""
AT_ONCE = 500


def preferences_of(workspace: Workspace, channel: str, addresses: Iterable[str]) -> dict[str, Preference]:
    """What is kept of these addresses, by their one spelling."""
    wanted = sorted({spelled(channel, address) for address in addresses})
    found: dict[str, Preference] = {}
    for some in _portions(wanted):
        rows = Preference.objects.of(workspace).filter(channel=channel, address__in=some)
        found |= {row.address: row for row in rows}
    return found


def earlier_of(
    workspace: Workspace, store: Store, people: Sequence[Person], channel: str, days: int
) -> Mapping[int, list[Earlier]]:
    """What each of these people was asked within so many days, or will be: under every identifier that is theirs now,
    also when their profiles were merged since, and at the same address."""
    found: dict[int, list[Earlier]] = defaultdict(list)
    since = now() - timedelta(days=days)
    for some in _portions(people):
        _collect(found, workspace, store, some, channel, since)
    return found


def _collect(
    found: dict[int, list[Earlier]],
    workspace: Workspace,
    store: Store,
    people: Sequence[Person],
    channel: str,
    since: datetime,
) -> None:
    numbers = {one.customer for one in people}
    owner = {one.source_key: one.customer for one in people} | linked_keys(store, numbers)
    at_address = {spelled(channel, one.address(channel)): one.customer for one in people if one.address(channel)}
    whose = (Q(customer__in=numbers), Q(source_key__in=list(owner)), Q(address__in=list(at_address)))
    for row in _rows(workspace, whose, since):
        key = row["source_key"]
        alone = profile_number(key)
        customer = owner.get(key) or at_address.get(row["address"]) or (alone if alone in numbers else None)
        if customer is not None:
            found[customer].append(_earlier(row))


def _rows(workspace: Workspace, whose: Iterable[Q], since: datetime) -> Iterable[Mapping[str, object]]:
    """Each once. Asked one way after the other, for each has an index of its own, which a database may not see when
    they are asked as one."""
    when = Q(sent_at__gte=since) | Q(sent_at=None, send_at__gte=since)
    recent = Invitation.objects.of(workspace).filter(when, state__in=COUNTED)
    columns = ("pk", "source_key", "address", "survey_id", "state", "sent_at", "send_at", "programme__priority")
    return {row["pk"]: row for way in whose for row in recent.filter(way).values(*columns)}.values()


def _earlier(row: Mapping[str, object]) -> Earlier:
    return Earlier(
        at=row["sent_at"] or row["send_at"],
        survey=row["survey_id"],
        priority=row["programme__priority"] or 0,
        is_planned=row["state"] == "waiting",
        number=row["pk"],
    )


def _portions(items: Sequence) -> Iterable[Sequence]:
    return (items[place : place + AT_ONCE] for place in range(0, len(items), AT_ONCE))
