"""Personal links for a mail merge: a file of people waits until somebody says go, then comes back with a link each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.urls import reverse

from regard.accounts.site import User, absolute, record_audit, store_of
from regard.base import Conflict, Invalid, NotFound
from regard.base.clock import now
from regard.base.config import config
from regard.base.files import write_privately
from regard.base.ids import new_id
from regard.base.words import said
from regard.profiles import refresh_profiles
from regard.surveys.budget import Held
from regard.surveys.distribution.choosing import Asker, Candidate, weigh
from regard.surveys.distribution.writing import TOKEN
from regard.surveys.inviting import EMAIL_CHANNEL, Named, Person, kept_traits, people_named
from regard.surveys.models import Invitation, Survey
from regard.surveys.respond.visiting import invitation_token
from regard.surveys.sending.rows import Read, read_rows, to_download
from regard.surveys.terms import Terms

AT_ONCE: Final = 1_000
MOST_LINKS: Final = 20_000
"""As many as can be made while somebody waits; a programme asks more people, bit by bit."""
KEPT: Final = timedelta(days=1)
"""How long a file waits for somebody to say go."""
LINK, HELD = "survey_link", "not_asked_because"


def _folder() -> Path:
    return config().home / "lists" / "waiting"


def _path(survey: Survey, token: UUID) -> Path:
    return _folder() / f"{survey.pk}-{token}.csv"


def keep_waiting(survey: Survey, data: bytes) -> tuple[str, Read]:
    """Keep a file until its links are made; the name it waits under, and what it holds. Raises as ``read_rows``."""
    read = read_rows(data)
    if len(read.named) > MOST_LINKS:
        raise Invalid(
            said("the file has more than 20,000 people"),
            field="file",
            remedy=said("split it, or upload it as the list of a programme"),
        )
    _forget_old()
    token = new_id()
    write_privately(_path(survey, UUID(token)), data)
    return token, read


def _forget_old() -> None:
    oldest = (now() - KEPT).timestamp()
    for path in _folder().glob("*.csv"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def waiting(survey: Survey, token: UUID) -> Read:
    """What a file that waits holds. Raises NotFound once its links are made, or a day later."""
    try:
        return read_rows(_path(survey, token).read_bytes())
    except FileNotFoundError as error:
        raise NotFound(
            said("this list is not here any more: its links were made, or a day has passed"),
            remedy=said("upload it again"),
        ) from error


def take_links(survey: Survey, token: UUID, *, is_single_use: bool, days: int, is_held: bool, by: User) -> bytes:
    """Make a link for each person of the file, which then waits no more; the file with the links.

    With ``is_held``, people who should not be asked now (left, asked often enough) get none, and it says why.
    """
    if survey.state != Survey.State.OPEN:
        raise Conflict(said("this survey is not open"), remedy=said("publish the survey first"))
    read = waiting(survey, token)
    _path(survey, token).unlink(missing_ok=True)
    terms = Terms(is_single_use=is_single_use, expires_days=days)
    asker = Asker(survey.workspace, survey, EMAIL_CHANNEL, terms)
    refresh_profiles(asker.store)
    made = list(_all_links(asker, read.named, is_held))
    record_audit(survey.workspace, by, "links made", survey.key, people=sum(bool(link) for link, _ in made))
    return to_download([*read.heads, LINK, HELD], ([*cells, *two] for cells, two in zip(read.cells, made, strict=True)))


def _all_links(asker: Asker, named: Sequence[Named], is_held: bool) -> Iterator[tuple[str, str]]:
    for place in range(0, len(named), AT_ONCE):
        yield from _links(asker, named[place : place + AT_ONCE], is_held)


def _links(asker: Asker, named: Sequence[Named], is_held: bool) -> list[tuple[str, str]]:
    """Address and reason for each, in order: one of the two is empty."""
    people = people_named(store_of(asker.workspace), named)
    reasons = _reasons(asker, people) if is_held else ["" if one else "unknown" for one in people]
    rows = [None if why else _invitation(asker, one) for one, why in zip(people, reasons, strict=True)]
    Invitation.objects.of(asker.workspace).bulk_create([row for row in rows if row])
    address = absolute(reverse("respond:invited", args=[TOKEN]))
    return [
        (address.replace(TOKEN, invitation_token(row)), "") if row else ("", str(why))
        for row, why in zip(rows, reasons, strict=True)
    ]


def _reasons(asker: Asker, people: Sequence[Person | None]) -> list[str]:
    """Why somebody should not be asked now; nobody here needs an address, for nothing is sent."""
    known = [one for one in people if one]
    weighed = weigh(asker, [Candidate(one, "", now()) for one in known])
    held = iter(one.verdict.held for one in weighed)
    return [_reason(next(held)) if one else "unknown" for one in people]


def _reason(held: Held | None) -> str:
    return "" if held in (None, Held.UNREACHABLE) else str(held)


def _invitation(asker: Asker, person: Person) -> Invitation:
    at = now()
    return Invitation(
        workspace=asker.workspace,
        survey=asker.survey,
        source_key=person.source_key,
        customer=person.customer,
        language=person.language,
        traits=kept_traits(person.traits),
        is_single_use=asker.terms.is_single_use,
        state=Invitation.State.SENT,
        is_told=True,
        sent_at=at,
        expires_at=at + timedelta(days=asker.terms.expires_days),
    )
