"""What becomes of surveys: made, changed, published, closed, opened again, removed. Pages and API do it by these."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import F

from regard.accounts.site import User, Workspace, record_audit
from regard.base import Conflict, Invalid
from regard.base.clock import now
from regard.base.words import said
from regard.surveys.checking import WARNING, Finding, blocking, check
from regard.surveys.editing import own_text
from regard.surveys.model import Questionnaire
from regard.surveys.models import Response, Survey, SurveyVersion
from regard.surveys.reading import keepable, read_questionnaire

LONGEST_NAME = 120


def draft_of(survey: Survey) -> Questionnaire:
    """What the survey asks as it is being written."""
    return read_questionnaire(survey.draft)


def make_survey(
    workspace: Workspace,
    questionnaire: Questionnaire,
    *,
    name: str = "",
    kind: str = "",
    by: User | None = None,
    **more: Any,
) -> Survey:
    """A new survey with this draft (and other fields); it is called by its title, unless a name is given."""
    name = name or own_text(questionnaire.title, questionnaire.locale) or str(said("Survey"))
    made = Survey.objects.create(
        workspace=workspace, name=name[:LONGEST_NAME], kind=kind, draft=keepable(questionnaire), made_by=by, **more
    )
    record_audit(workspace, by, "survey made", made.key, kind=kind)
    return made


def keep_draft(survey: Survey, questionnaire: Questionnaire, edition: int, **more: Any) -> None:
    """Keep a changed draft (and other fields), if nobody has changed the survey since that edition.

    Raises :class:`~regard.base.Conflict` when somebody has: what they did stays, and nothing of this is kept.
    """
    document = keepable(questionnaire)
    read_questionnaire(document)
    mine = Survey.objects.of(survey.workspace).filter(pk=survey.pk, edition=edition)
    if not mine.update(draft=document, edition=F("edition") + 1, changed_at=now(), **more):
        raise Conflict(
            said("somebody else has changed this survey in the meantime"),
            remedy=said("look at what is there now, and do it once more"),
            code="edition_conflict",
        )
    survey.draft, survey.edition = document, edition + 1


def unconfirmed(findings: list[Finding], confirmed: Collection[str]) -> list[Finding]:
    """The warnings of which nobody has said that it is meant so."""
    return [one for one in findings if one.severity == WARNING and one.key not in confirmed]


@transaction.atomic
def publish_survey(
    survey: Survey,
    edition: int,
    confirmed: Collection[str] | None = None,
    by: User | None = None,
    *,
    reopen: bool = False,
    **who: str,
) -> SurveyVersion:
    """Make the draft the next version, and let people answer it; a survey that was closed stays so, unless ``reopen``
    says otherwise. ``confirmed``: keys of warnings that are meant so.

    With None all are. A draft that is published already makes no other version. Raises Conflict when the draft has
    changed since that edition, and Invalid while there are errors, or warnings that nobody has confirmed.
    """
    row = Survey.objects.of(survey.workspace).select_for_update().get(pk=survey.pk)
    if row.edition != edition:
        raise Conflict(said("somebody else has changed this survey in the meantime"), code="edition_conflict")
    findings = check(draft_of(row))
    if errors := blocking(findings):
        raise Invalid(
            errors[0].message, field=errors[0].place or "survey", remedy=errors[0].remedy, code="check_failed"
        )
    left = [] if confirmed is None else unconfirmed(findings, confirmed)
    if left:
        raise _refused(left[0], "not_confirmed")
    version = _next_version(row, by)
    warned = sum(one.severity == WARNING for one in findings)
    record_audit(survey.workspace, by, "survey published", survey.key, version=version.number, warnings=warned, **who)
    if row.state == Survey.State.DRAFT:
        set_state(row, Survey.State.OPEN)
    elif row.state == Survey.State.CLOSED and reopen:
        reopen_survey(row, by, **who)
    survey.state = row.state
    return version


def _refused(finding: Finding, code: str) -> Invalid:
    return Invalid(finding.message, field=finding.place or "survey", remedy=finding.remedy, code=code)


def _next_version(survey: Survey, by: User | None) -> SurveyVersion:
    newest = survey.version
    if newest and newest.document == survey.draft:
        return newest
    number = newest.number + 1 if newest else 1
    return SurveyVersion.objects.create(survey=survey, number=number, document=survey.draft, published_by=by)


def set_state(survey: Survey, state: str) -> None:
    Survey.objects.of(survey.workspace).filter(pk=survey.pk).update(state=state)
    survey.state = state


def close_survey(survey: Survey, by: User | None = None, **who: str) -> None:
    """Take no more answers."""
    if survey.state != Survey.State.OPEN:
        raise Conflict(said("the survey is not open"))
    set_state(survey, Survey.State.CLOSED)
    record_audit(survey.workspace, by, "survey closed", survey.key, **who)


def reopen_survey(survey: Survey, by: User | None = None, **who: str) -> None:
    """Take answers again, to the version that was published last."""
    if survey.state != Survey.State.CLOSED:
        raise Conflict(said("the survey is not closed"))
    set_state(survey, Survey.State.OPEN)
    record_audit(survey.workspace, by, "survey opened again", survey.key, **who)


@transaction.atomic
def remove_survey(survey: Survey, by: User | None = None, **who: str) -> None:
    """Take a survey away that nobody has answered. One with answers stays: close it instead."""
    if Response.objects.of(survey.workspace).filter(survey=survey).exists():
        raise Conflict(said("people have answered this survey"), remedy=said("close it instead"))
    record_audit(survey.workspace, by, "survey removed", survey.key, **who)
    survey.delete()
