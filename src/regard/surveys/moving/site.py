"""Responses that were given in another tool become responses of a survey here: once each, at their own time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from regard.accounts.site import User, record_audit
from regard.base import Conflict
from regard.base.words import said
from regard.profiles import EMAIL, Identifier
from regard.surveys.evaluating import is_empty
from regard.surveys.flags import flags_of
from regard.surveys.flow import COMMENT, Path, answers_on, path
from regard.surveys.model import Html, Question, Questionnaire, Text, in_language, questions_of
from regard.surveys.models import Response, Survey, SurveyVersion
from regard.surveys.moving.responses import ImportedResponse, ImportedResponses
from regard.surveys.reading import read_questionnaire
from regard.surveys.recording import Call
from regard.surveys.site import tell
from regard.surveys.tasks import LEFT, answered, calls_of
from regard.surveys.validating import problem_of

WAY: Final = "import"
AT_A_TIME: Final = 200
"""Responses that are told of and kept together."""


@dataclass
class Arrived:
    """What became of the responses of an export. Reasons and problems go by the response's name in its own tool."""

    kept: int = 0
    known: int = 0
    """Kept when the export was brought in before."""
    left_out: list[tuple[str, Text]] = field(default_factory=list)
    """Responses that were not kept, each with the reason."""
    problems: list[tuple[str, Text]] = field(default_factory=list)
    """Answers that were not kept, of responses that were."""


def keep_responses(
    survey: Survey, found: ImportedResponses, *, with_tests: bool = False, by: User | None = None
) -> Arrived:
    """Keep the responses of an export as responses to the version that is published now, and tell the stream of them.

    ``with_tests``: previews and tests, too, which are nobody's answers.

    A response goes by its survey and its name in its own tool: bringing it in again changes nothing. Nobody is
    notified (:class:`~regard.surveys.events.ResponseReceived`): what was answered long ago is no news. Raises Conflict
    when nothing is published, TooMany or Unavailable when the spool takes nothing more; what was kept until then stays,
    and doing it again goes on from there.
    """
    version = survey.version
    if version is None:
        raise Conflict(said("the survey has not been published yet"), remedy=said("publish it first"))
    arriving = _Arriving(survey, version, read_questionnaire(version.document))
    responses = (each for each in found.responses if with_tests or not each.is_test)
    arriving.arrived.left_out += [
        (each.source_key, said("a preview or a test, not an answer of a respondent"))
        for each in found.responses
        if each.is_test and not with_tests
    ]
    while some := list(islice(responses, AT_A_TIME)):
        arriving.keep(some)
    told = arriving.arrived
    record_audit(
        survey.workspace,
        by,
        "responses imported",
        survey.key,
        kept=told.kept,
        known=told.known,
        left=len(told.left_out),
    )
    return told


class _Arriving:
    """Responses on their way into one version of a survey."""

    def __init__(self, survey: Survey, version: SurveyVersion, questionnaire: Questionnaire):
        self.survey, self.version, self.questionnaire = survey, version, questionnaire
        self.questions = {question.name: question for question in questions_of(questionnaire)}
        self.arrived = Arrived()

    def keep(self, some: Sequence[ImportedResponse]) -> None:
        """Keep those of a portion that are not there yet. The stream comes first: cut off in between, doing it again
        tells the same calls, of which the stream keeps one each."""
        named = {self._public_id(each): each for each in some}
        known = set(self._ids_among(named))
        self.arrived.known += len(some) - len(named) + len(known)
        rows: list[Response] = []
        calls: list[Call] = []
        for public_id, given in named.items():
            if public_id not in known and (made := self._made(public_id, given)):
                rows.append(made[0])
                calls += made[1]
        tell(self.survey.workspace, calls)
        Response.objects.of(self.survey.workspace).bulk_create(rows)
        self.arrived.kept += len(rows)

    def _public_id(self, given: ImportedResponse) -> str:
        return str(uuid5(NAMESPACE_URL, f"regard:response:{self.survey.key}:{given.source_key}"))

    def _ids_among(self, ids: Iterable[str]) -> Iterable[str]:
        there = Response.objects.of(self.survey.workspace).filter(survey=self.survey, public_id__in=list(ids))
        return there.values_list("public_id", flat=True)

    def _made(self, public_id: str, given: ImportedResponse) -> tuple[Response, list[Call]] | None:
        answers, problems = self._fitting(given)
        way = path(self.questionnaire, answers, given.person)
        problems += [
            said("{question} is not asked of whoever answers like this", question=name)
            for name in answers
            if name in self.questions and name not in way.names
        ]
        answers = answers_on(way, answers)
        if reason := _reason(given, answers):
            self.arrived.left_out.append((given.source_key, reason))
            return None
        self.arrived.problems += [(given.source_key, problem) for problem in [*given.problems, *problems]]
        return self._told(public_id, given, answers, way)

    def _told(
        self, public_id: str, given: ImportedResponse, answers: dict[str, Any], way: Path
    ) -> tuple[Response, list[Call]]:
        response = self._row(public_id, given, answers)
        names = answered(way, response)
        response.ended_by = _ended_by(way, is_complete=given.is_complete)
        if given.is_complete and given.started_at and given.completed_at:
            seconds = (given.completed_at - given.started_at).total_seconds()
            response.flags = flags_of(way, answers, seconds, response.language, self.questionnaire.locale)
        response.seen = _seen(way, names, is_complete=given.is_complete)
        response.page = response.seen[-1]
        response.recorded = names
        return response, calls_of(self.questionnaire, way, response, names)

    def _row(self, public_id: str, given: ImportedResponse, answers: dict[str, Any]) -> Response:
        ended_at = given.completed_at or given.started_at
        return Response(
            workspace=self.survey.workspace,
            survey=self.survey,
            version=self.version,
            public_id=public_id,
            way=WAY,
            language=given.language or self.questionnaire.locale,
            source_key=_whose(given.person),
            answers=answers,
            started_at=given.started_at or ended_at,
            changed_at=ended_at,
            completed_at=ended_at if given.is_complete else None,
        )

    def _fitting(self, given: ImportedResponse) -> tuple[dict[str, Any], list[Text]]:
        """The answers that the published questions take, and what is wrong with the others."""
        answers: dict[str, Any] = {}
        problems: list[Text] = []
        values = {**given.answers, "profile": given.person}
        for name, value in given.answers.items():
            question = self.questions.get(name.removesuffix(COMMENT)) if isinstance(value, str) else None
            question = self.questions.get(name) or question
            if problem := _problem(question, name, value, values):
                own = self.questionnaire.locale
                problems.append(said("{question}: {problem}", question=name, problem=in_language(problem, own, own)))
            else:
                answers[name] = value
        return answers, problems


def _problem(question: Question | None, name: str, value: Any, values: Mapping[str, Any]) -> Text | None:
    if question is None or isinstance(question, Html):
        return said("the survey that is published has no such question")
    return problem_of(question, value, values) if question.name == name else None


def _reason(given: ImportedResponse, answers: Mapping[str, Any]) -> Text | None:
    """Why a response is not kept; None when it is."""
    if all(map(is_empty, answers.values())):
        return said("no question of the survey is answered")
    if given.started_at is None and given.completed_at is None:
        return said("nothing says when it was given")
    return None


def _ended_by(way: Path, *, is_complete: bool) -> str:
    if not is_complete:
        return LEFT
    return "screen_out" if way.ended_by and way.ended_by.is_screen_out else "complete"


def _whose(person: Mapping[str, str]) -> str:
    """Whose response it is, as the stream knows people; a name or a number of the other tool names nobody here."""
    address = person.get("email", "").strip().casefold()
    return Identifier(EMAIL, address).key if "@" in address else ""


def _seen(way: Path, names: Sequence[str], *, is_complete: bool) -> list[str]:
    """The pages that were shown: all of them, or those up to the last answer."""
    pages = [step.page.name for step in way.steps]
    last = max(place for place, step in enumerate(way.steps) if set(step.names) & set(names))
    return pages if is_complete else pages[: last + 1]
