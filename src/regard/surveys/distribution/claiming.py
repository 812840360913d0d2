"""Invitations in a site or an app: each waits until the browser of its person asks whether there is one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from regard.accounts.site import Workspace, store_of
from regard.base.clock import now
from regard.profiles import ANONYMOUS_ID, customers_of, rules_of
from regard.stream import Store
from regard.surveys.budget import Allowance, Asked, held_back
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.ledger import earlier_of
from regard.surveys.distribution.sending import may_go, tell_sent
from regard.surveys.inviting import APP_CHANNEL, Person, linked_keys, rules_for_asking
from regard.surveys.models import Invitation


def claim_for(workspace: Workspace, anonymous_id: str) -> Invitation | None:
    """Take the most urgent invitation that waits for whoever this browser is, for the page that asks, and tell the
    stream that it was sent; None where there is none.

    An id of a browser is nobody else's to know, which is why it is asked for, and no number of a customer or address.
    """
    if not _waiting(workspace).exists():
        return None
    store = store_of(workspace)
    identifier = rules_of(store).identifier(ANONYMOUS_ID, anonymous_id)
    if identifier is None or not identifier.value.isprintable():
        return None
    one = _claimed(workspace, store, str(identifier.key))
    if one:
        tell_sent(Asker.of(one.programme))
    return one


def _waiting(workspace: Workspace) -> QuerySet:
    """What a page may show now."""
    rows = Invitation.objects.of(workspace).filter(may_go(), channel=APP_CHANNEL, programme__isnull=False)
    return rows.filter(state=Invitation.State.WAITING, send_at__lte=now(), expires_at__gt=now())


def _claimed(workspace: Workspace, store: Store, key: str) -> Invitation | None:
    customer = customers_of(store, [key])[key]
    if not _of(workspace, store, customer, key):
        return None
    with transaction.atomic():
        # As in choosing: nobody else counts or spends the same attention meanwhile.
        list(Workspace.objects.select_for_update().filter(pk=workspace.pk).values("pk"))
        theirs = _of(workspace, store, customer, key)
        allowance = rules_for_asking(store).allowance
        before = _asked(workspace, store, Person(customer, key), allowance)
        return next((one for one in theirs if _is_in_time(one, before, allowance) and _take(one)), None)


def _of(workspace: Workspace, store: Store, customer: int, key: str) -> list[Invitation]:
    """Those of one person, the most urgent first: by whom their key stands for now, for profiles are merged and parted
    while invitations wait. Each way has an index of its own."""
    rows = _waiting(workspace).select_related("programme__survey", "programme__workspace")
    ways = (Q(customer=customer), Q(source_key__in=[key, *linked_keys(store, [customer])]))
    found = {one.pk: one for way in ways for one in rows.filter(way)}.values()
    owner = customers_of(store, [one.source_key for one in found])
    theirs = [one for one in found if owner[one.source_key] == customer]
    return sorted(theirs, key=lambda one: (-one.programme.priority, one.send_at, one.pk))


def _asked(workspace: Workspace, store: Store, person: Person, allowance: Allowance) -> list[Asked]:
    """What they were asked, or will be, but for what waits for a page as well: it is judged when its turn comes."""
    days = max(allowance.days, allowance.rest_days, allowance.gap_days)
    before = earlier_of(workspace, store, [person], APP_CHANNEL, days).get(person.customer, ())
    plans = Invitation.objects.of(workspace).filter(pk__in=[one.number for one in before if one.is_planned])
    waiting = set(plans.filter(channel=APP_CHANNEL).values_list("pk", flat=True))
    return [Asked(one.at, one.survey) for one in before if one.number not in waiting]


def _is_in_time(one: Invitation, before: Sequence[Asked], allowance: Allowance) -> bool:
    """Days may have gone by since it was planned, and other things been asked: then it waits on."""
    return held_back(now(), one.survey_id, before, allowance) is None


def _take(one: Invitation) -> bool:
    """Of two windows that ask at once, one gets it."""
    rows = Invitation.objects.of(one.workspace).filter(pk=one.pk, state=Invitation.State.WAITING)
    return bool(rows.update(state=Invitation.State.SENT, sent_at=now()))
