"""What surveys keep about somebody who is erased, and about a workspace that is deleted, goes too."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from regard.accounts.site import Workspace
from regard.profiles import EMAIL, PHONE, identifier_of
from regard.surveys.distribution.returning import forget_mails
from regard.surveys.files.keeping import folder_of
from regard.surveys.inviting import EMAIL_CHANNEL, SMS_CHANNEL
from regard.surveys.models import Invitation, Preference, Response
from regard.surveys.preferring import spelled
from regard.surveys.sending.uploads import forget_in_lists


def forget_person(workspace: Workspace, number: int, keys: Sequence[str]) -> None:
    """Delete the invitations of a person, their responses with the files sent along, what they like to be sent, and
    their rows in lists that wait, and mails from them that were put aside.

    What they do *not* want stays, by address, and so does that an address cannot be reached: without it, the next
    upload of a list would write to them again. Files come first: nobody waits for the database while they are read.
    """
    addresses = _addresses(keys)
    whose = Q(customer=number) | Q(source_key__in=keys) | Q(address__in=[address for _, address in addresses])
    invitations = Invitation.objects.of(workspace).filter(whose)
    addresses += [(channel, spelled(channel, address)) for channel, address in _written_to(invitations)]
    forget_in_lists(workspace, keys)
    forget_mails({address for channel, address in addresses if channel == EMAIL_CHANNEL})
    answered = Q(source_key__in=keys) | Q(invitation__in=invitations)
    with transaction.atomic():
        Response.objects.of(workspace).filter(answered).delete()
        invitations.delete()
        _forget_likes(workspace, addresses)


def _addresses(keys: Sequence[str]) -> list[tuple[str, str]]:
    """The channel and the address of every key that is one."""
    channels = {EMAIL: "email", PHONE: SMS_CHANNEL}
    named = (identifier_of(key) for key in keys)
    return [(channels[one.kind], spelled(channels[one.kind], one.value)) for one in named if one.kind in channels]


def _written_to(invitations: Any) -> list[tuple[str, str]]:
    return list(invitations.exclude(address="").values_list("channel", "address").distinct())


def _forget_likes(workspace: Workspace, addresses: Sequence[tuple[str, str]]) -> None:
    for channel, address in set(addresses):
        for one in Preference.objects.of(workspace).filter(channel=channel, address=address):
            if not (one.is_unsubscribed or one.reason or False in one.kinds.values()):
                one.delete()


def forget_folder(instance: Workspace, **_: Any) -> None:
    """Delete the files that were sent to a workspace, once it is deleted for good."""
    transaction.on_commit(lambda: shutil.rmtree(folder_of(instance), ignore_errors=True))
