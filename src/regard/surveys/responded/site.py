"""Reading what came back: a fixed number of queries, whatever the number of responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db.models import Count, F, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from regard.base import NotFound
from regard.base.words import said
from regard.surveys.model import Questionnaire
from regard.surveys.models import Invitation, Response, Survey
from regard.surveys.reading import read_questionnaire
from regard.surveys.recording import NOT_ELIGIBLE
from regard.surveys.responded import Responded, Respondent

FIELDS = (
    "public_id", "version__number", "language", "way", "touchpoint", "started_at", "completed_at", "flags", "weight",
    "seen", "arrangement", "ended_by", "invitation_id", "invitation__traits", "invitation__sent_at",
)  # fmt: skip
INVITED, SENT_AT = FIELDS.index("invitation_id"), FIELDS.index("invitation__sent_at")
JSON = ("flags", "seen", "arrangement", "invitation__traits")
Stamp = tuple[Any, ...]


@dataclass(frozen=True)
class Invited:
    """What became of a survey's invitations that were sent.

    ``silent`` maps each weight (1 / the probability of having been asked) to how many of that weight never answered.
    """

    sent: int
    bounced: int
    opened: int
    silent: Mapping[float, int]


@dataclass(frozen=True)
class Single:
    """One response for whoever may see single ones: beside its answers, the person, and the files sent along."""

    response: Responded
    row: int
    customer: int | None
    source_key: str
    files: Mapping[str, list[tuple[str, str, int]]]
    """By question: public id, name and bytes of each file."""


def questionnaires_of(survey: Survey) -> dict[int, Questionnaire]:
    """Every published version by its number, oldest first."""
    rows = survey.versions.order_by("number").values_list("number", "document")
    return {number: read_questionnaire(document) for number, document in rows}


def stamp_of(survey: Survey) -> Stamp:
    """What changes whenever a response has come, changed or gone, or a version was published."""
    told = Response.objects.of(survey.workspace).filter(survey=survey)
    stamp = told.aggregate(
        count=Count("pk"),
        newest=Max("pk"),
        changed=Max("changed_at"),
        done=Max("completed_at"),
        flagged=Count("pk", filter=~Q(flags=[])),  # a response is flagged when a later one comes from its device
    )
    return (survey.key, survey.versions.count(), *stamp.values())


def responses_of(survey: Survey) -> Iterator[Responded]:
    """All responses, oldest first. JSON is read by msgspec, and what is the same in many rows once. The first response
    to an invitation is that of somebody invited; others by the same link are like those by an open one."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in (*JSON, "answers")}
    fields = [f"{name}_text" if name in JSON else name for name in FIELDS] + ["answers_text"]
    rows = Response.objects.of(survey.workspace).filter(survey=survey).order_by("pk").annotate(**texts)
    decode, known, guests = msgspec.json.Decoder().decode, _Known(), set[int]()
    places = [place for place, name in enumerate(FIELDS) if name in JSON]
    for row in rows.values_list(*fields).iterator(chunk_size=2000):
        values = [*row]
        for place in places:
            values[place] = known[values[place]]
        if values[INVITED] in guests:
            values[INVITED] = values[SENT_AT] = None
        guests.add(values[INVITED])
        yield Responded(_respondent(*values), decode(row[-1]))


class _Known(dict[str | None, Any]):
    """JSON texts by what they say; each is read once."""

    def __missing__(self, text: str | None) -> Any:
        found = self[text] = msgspec.json.decode(text) if text else None
        return found


def _respondent(*row: Any) -> Respondent:
    (public_id, number, language, way, touchpoint, started, completed, flags, weight, seen, order) = row[:11]
    ended_by, invitation, traits, sent_at = row[11:15]
    return Respondent(
        id=public_id,
        version=number,
        language=language,
        way=way,
        touchpoint=touchpoint,
        started_at=started,
        completed_at=completed,
        flags=tuple(flags),
        weight=weight,
        pages=tuple(seen),
        traits=traits or {},
        arrangement=order,
        is_eligible=ended_by not in NOT_ELIGIBLE,
        is_invited=invitation is not None,
        waited_seconds=(started - sent_at).total_seconds() if sent_at else None,
    )


def invited_to(survey: Survey) -> Invited:
    """What became of the invitations, and the weights of those who stayed silent."""
    sent = Invitation.objects.of(survey.workspace).filter(survey=survey).exclude(sent_at=None)
    bounced, opened = Q(state=Invitation.State.BOUNCED), Q(opened_at__isnull=False)
    counts = sent.aggregate(sent=Count("pk"), bounced=Count("pk", filter=bounced), opened=Count("pk", filter=opened))
    silent = sent.filter(responses__isnull=True).values_list("selection_probability")
    weights = silent.annotate(many=Count("pk")).order_by("selection_probability")
    return Invited(**counts, silent={1 / probability: many for probability, many in weights if probability > 0})


def _whole(survey: Survey) -> QuerySet:
    rows = Response.objects.of(survey.workspace).filter(survey=survey).select_related("invitation", "version")
    return rows.prefetch_related("uploads")


def newest_first(survey: Survey, before: int | None = None) -> Iterator[Single]:
    """Single responses, the newest first, from before a row on; read piece by piece."""
    rows = Response.objects.of(survey.workspace).filter(survey=survey).order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    known = rows.annotate(customer=F("invitation__customer")).values_list(
        *FIELDS, "answers", "pk", "customer", "source_key"
    )
    for row in known.iterator(chunk_size=200):
        yield Single(Responded(_respondent(*row[:-4]), row[-4]), *row[-3:], {})


def response_called(survey: Survey, public_id: str) -> Single:
    """One response with its files. Raises NotFound."""
    found = None if "\0" in public_id else _whole(survey).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(said("there is no such response"))
    invitation = found.invitation
    respondent = _respondent(
        found.public_id,
        found.version.number,
        *(getattr(found, name) for name in FIELDS[2:12]),
        found.invitation_id,
        invitation.traits if invitation else None,
        invitation.sent_at if invitation else None,
    )
    files: dict[str, list[tuple[str, str, int]]] = {}
    for upload in found.uploads.all():
        files.setdefault(upload.question, []).append((upload.public_id, upload.name, upload.size))
    return Single(
        Responded(respondent, found.answers),
        found.pk,
        invitation.customer if invitation else None,
        found.source_key,
        files,
    )


def keep_margins(survey: Survey, margins: Mapping[str, Mapping[str, float]]) -> None:
    """Keep the known shares of all customers that answers are weighted to."""
    survey.margins = {name: dict(shares) for name, shares in margins.items()}
    Survey.objects.of(survey.workspace).filter(pk=survey.pk).update(margins=survey.margins)
