"""Invitations in a site or an app: each waits until the browser of its person asks whether there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from regard.accounts.site import Workspace, store_of
from regard.base.clock import now
from regard.collect.site import demand_identity
from regard.profiles import ANONYMOUS_ID, USER_ID, customers_of, identifier_of, rules_of
from regard.stream import Store
from regard.surveys.budget import Allowance, Asked, held_back
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.ledger import earlier_of
from regard.surveys.distribution.sending import may_go, tell_sent
from regard.surveys.inviting import APP_CHANNEL, Person, kept_traits, linked_keys, people_of, rules_for_asking
from regard.surveys.models import Invitation


def claim_for(workspace: Workspace, anonymous_id: str) -> Invitation | None:
    """Take the most urgent invitation that waits for whoever this browser is, for the page that asks, and tell the
    stream that it was sent; None where there is none.

    An id of a browser is nobody else's to know, which is why it is asked for, and no number of a customer or address.
    Still a page says by itself whose it is: where that has to be proved, only visitors whom nobody knows are asked.
    """
    return _claim(workspace, ANONYMOUS_ID, anonymous_id, is_proved=False)


def claim_proved(workspace: Workspace, user_id: str) -> Invitation | None:
    """The same for a page that has proved whose it is: texts and conditions may know what is known of the person."""
    return _claim(workspace, USER_ID, user_id, is_proved=True)


def _claim(workspace: Workspace, kind: str, value: str, *, is_proved: bool) -> Invitation | None:
    if not _waiting(workspace).exists():
        return None
    store = store_of(workspace)
    identifier = rules_of(store).identifier(kind, value)
    if identifier is None or not identifier.value.isprintable():
        return None
    one = _claimed(workspace, store, str(identifier.key), is_proved)
    if one:
        tell_sent(Asker.of(one.programme))
    return one


def _waiting(workspace: Workspace) -> QuerySet:
    """What a page may show now."""
    rows = Invitation.objects.of(workspace).filter(may_go(), channel=APP_CHANNEL, programme__isnull=False)
    return rows.filter(state=Invitation.State.WAITING, send_at__lte=now(), expires_at__gt=now())


def _claimed(workspace: Workspace, store: Store, key: str, is_proved: bool) -> Invitation | None:
    customer = customers_of(store, [key])[key]
    if not _of(workspace, store, customer, key):
        return None
    if not is_proved and demand_identity(workspace) and _is_known(store, customer):
        return None
    known = people_of(store, [customer]).get(customer) if is_proved else None
    traits = known.traits if known else {}
    with transaction.atomic():
        # As in choosing: nobody else counts or spends the same attention meanwhile.
        list(Workspace.objects.select_for_update().filter(pk=workspace.pk).values("pk"))
        theirs = _of(workspace, store, customer, key)
        allowance = rules_for_asking(store).allowance
        before = _asked(workspace, store, Person(customer, key), allowance)
        return next((one for one in theirs if _is_in_time(one, before, allowance) and _take(one, traits)), None)


def _is_known(store: Store, customer: int) -> bool:
    """Is it somebody of whom more is known than their browsers?"""
    return any(identifier_of(key).kind != ANONYMOUS_ID for key in linked_keys(store, [customer]))


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


def _take(one: Invitation, traits: Mapping[str, Any]) -> bool:
    """Of two windows that ask at once, one gets it."""
    one.traits = kept_traits({**traits, **one.traits})
    rows = Invitation.objects.of(one.workspace).filter(pk=one.pk, state=Invitation.State.WAITING)
    return bool(rows.update(state=Invitation.State.SENT, sent_at=now(), traits=one.traits))
