"""The results of a survey for programs: the figures of its page, with the same filters, weights and withheld groups."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from django.http import HttpRequest

from regard.accounts.api.operations import Day, Field, Path, Query, Router, Schema, Text, Version, needs, utc
from regard.accounts.site import store_of
from regard.metrics import Definition, Distribution, Estimate, definition_of, design_effect
from regard.metrics.api import DefinitionOut, EstimateOut
from regard.report.responses.choosing import Chosen
from regard.report.responses.drawing import label_of, median_time, tag_of
from regard.report.responses.figures import Answered, Part
from regard.report.responses.silence import Silence
from regard.report.responses.site import Results
from regard.report.responses.weighting import Weighing
from regard.surveys import Rating
from regard.surveys.site import Survey
from regard.web import Format
from regard.web.site import told_error

router = Router()
EXAMPLE = {"x-example": {"path": {"key": "q3V5b2JxYTdk"}, "query": {"state": "complete", "language": "en"}}}
DEFINITIONS = ("csat", "response_rate")
"""The metrics whose rules the figures go by."""


class Asked(Schema):
    """Which responses count, and how much; without any of it: all of them, alike."""

    version: Version | None = Field(None, description="Only responses to this version of the survey.")
    language: Text | None = Field(None, description="Only answers given in this language.")
    way: Text | None = Field(None, description="`link`, `email`, `sms`, `kiosk`, `widget`, `api` or `import`.")
    touchpoint: Text | None = None
    first: Day | None = Field(None, description="The first day on which responses were begun.")
    last: Day | None = Field(None, description="The last day.")
    flagged: Literal["without"] | None = Field(None, description="`without`: leave careless and double ones out.")
    state: Literal["complete"] | None = Field(None, description="`complete`: only those who came to the end.")
    weights: Literal["sampling", "raked"] | None = Field(None, description="By what answers are weighted.")
    cap: Literal["3", "5", "8"] | None = Field(None, description="The most a raked weight may be, in mean weights.")

    def chosen(self) -> Chosen:
        """As the page has it."""
        return Chosen.of({name: str(value) for name, value in self.model_dump().items() if value is not None})


class WeightsOut(Schema):
    """By which weights answers count, and what that costs; `problem` says why they could not be made."""

    kind: Literal["none", "sampling", "raked"]
    n: int
    n_effective: float | None
    design_effect: float | None
    is_converged: bool | None = Field(description="Whether raked weights meet the known shares.")
    furthest: float | None = Field(description="How far a share is from the known one, at most.")
    trimmed: int | None
    unknown: int = Field(description="Responses that weigh nothing: a category of theirs is not known.")
    problem: str | None


class StepOut(Schema):
    """How many came to a step of the way from invitation to answer."""

    step: Literal["sent", "delivered", "opened", "started", "answered", "completed"]
    count: int
    of_sent: EstimateOut


class FunnelOut(Schema):
    """The way of all who were invited, whatever is filtered; `rates` are AAPOR's RR1 to RR4."""

    steps: list[StepOut]
    completion: EstimateOut
    rates: dict[str, EstimateOut]


class StopOut(Schema):
    """One question on the way: how many saw it, answered it, and saw nothing after it."""

    question: str
    seen: int
    answered: EstimateOut
    left_here: EstimateOut


class BoundsOut(Schema):
    """What all who were invited may think, whatever the silent do; `low` and `high` add the sampling error."""

    least: float
    most: float
    low: float
    high: float
    answered: float = Field(description="The share of the invited who answered.")
    invited: int


class ShareOut(Schema):
    """One choice, or one value of a scale."""

    value: str
    label: str
    share: EstimateOut


class DistributionOut(Schema):
    """What was answered to a question, or to one of its rows, lines or ranked choices (`part`)."""

    part: str
    n: int
    missing: int
    n_effective: float
    shares: list[ShareOut]
    figures: dict[str, EstimateOut]


class QuestionOut(Schema):
    """One question: who saw and answered it, its score with its interval, and its distributions."""

    key: str
    title: str
    type: str
    versions: list[int]
    is_current: bool
    metric: str | None
    scale_min: float | None
    scale_max: float | None
    orientation: Literal["higher", "lower"] | None
    seen: int
    n: int
    score: EstimateOut | None = Field(description="NPS in points, CSAT as the share of satisfied, else the mean.")
    bounds: BoundsOut | None
    distributions: list[DistributionOut]


class ResultsOut(Schema):
    """The results of a survey. `withheld` says why there are no figures though there are responses."""

    survey: str
    name: str
    withheld: str | None
    responses: int | None
    complete: int | None
    flagged: int | None
    median_seconds: EstimateOut | None
    weights: WeightsOut | None
    funnel: FunnelOut | None = Field(description="Null where nobody was invited.")
    stops: list[StopOut]
    questions: list[QuestionOut]
    definitions: list[DefinitionOut] = Field(
        description="By which rules somebody is satisfied, or could have answered."
    )
    minimum_n: int = Field(description="Filters that leave, or leave out, fewer are withheld.")


@router.get("/{key}/results", response=ResultsOut, **needs("metrics:read", **EXAMPLE))
def get_results(request: HttpRequest, asked: Query[Asked], key: Path[Text]) -> Any:
    """Funnel, response rates, and each question's score and distribution, with intervals; small groups are withheld."""
    survey = Survey.objects.get_of(request.workspace, key)
    results = Results(request, survey, asked.chosen())
    return {**_NOTHING, **_shared(results), **({} if results.is_withheld else _figures(results))}


_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("responses", "complete", "flagged", "median_seconds", "weights", "funnel")),
    "stops": [],
    "questions": [],
}


def _shared(results: Results) -> dict[str, Any]:
    store = store_of(results.request.workspace)
    return {
        "survey": results.survey.key,
        "name": results.survey.name,
        "withheld": "below_minimum_n" if results.is_withheld else None,
        "definitions": [_definition(definition_of(store, metric)) for metric in DEFINITIONS],
        "minimum_n": results.settings.minimum_n,
    }


def _figures(results: Results) -> dict[str, Any]:
    part = results.part
    bounds = {} if results.chosen.is_narrowed else {one.item.key: _bounds(one) for one in results.silence}
    return {
        "responses": part.n,
        "complete": int(part.is_complete.sum()),
        "flagged": sum(bool(one.flags) for one in part.responses),
        "median_seconds": _estimate(median_time(part)),
        "weights": _weights(results.weighing),
        "funnel": _funnel(results) if results.invited.sent else None,
        "stops": [dataclasses.asdict(stop) for stop in results.dropped_off if stop.seen],
        "questions": [_question(one, bounds.get(one.item.key), results.fmt) for one in results.answered()],
    }


def _weights(weighing: Weighing) -> dict[str, Any]:
    weights, raked = weighing.weights[weighing.weights > 0], weighing.raked
    effect = design_effect(weights) if len(weights) else None
    return {
        "kind": weighing.kind,
        "n": len(weights),
        "n_effective": len(weights) / effect if effect else None,
        "design_effect": effect,
        "is_converged": raked and raked.is_converged,
        "furthest": raked and raked.furthest,
        "trimmed": raked and raked.trimmed,
        "unknown": weighing.unknown,
        "problem": told_error(weighing.problem) if weighing.problem else None,
    }


def _funnel(results: Results) -> dict[str, Any]:
    funnel = results.funnel
    return {
        "steps": [{"step": one.name, "count": one.count, "of_sent": _estimate(one.of_sent)} for one in funnel.steps],
        "completion": _estimate(funnel.completion),
        "rates": {name: _estimate(one) for name, one in funnel.rates(results.eligible).items()},
    }


def _question(one: Answered, bounds: dict[str, Any] | None, fmt: Format) -> dict[str, Any]:
    item, question = one.item, one.item.question
    scale = question if isinstance(question, Rating) else None
    return {
        "key": item.key,
        "title": item.title,
        "type": tag_of(item),
        "versions": item.versions,
        "is_current": item.is_current,
        "metric": item.metric,
        "scale_min": scale and scale.rate_min,
        "scale_max": scale and scale.rate_max,
        "orientation": scale and scale.orientation,
        "seen": one.seen,
        "n": one.n,
        "score": _estimate(one.headline),
        "bounds": bounds,
        "distributions": [_distribution(part, fmt) for part in one.parts],
    }


def _distribution(part: Part, fmt: Format) -> dict[str, Any]:
    found: Distribution = part.found
    return {
        "part": part.name,
        "n": found.n,
        "missing": found.missing,
        "n_effective": found.n_effective,
        "shares": [
            {"value": value, "label": label_of(part.labels, value, fmt), "share": _estimate(share)}
            for value, share in found.shares.items()
        ],
        "figures": {name: _estimate(one) for name, one in found.figures.items()},
    }


def _bounds(one: Silence) -> dict[str, Any]:
    names = ("least", "most", "low", "high", "answered", "invited")
    return {name: getattr(one.whatever, name) for name in names}


def _estimate(one: Estimate | None) -> dict[str, Any] | None:
    return one and dataclasses.asdict(one)


def _definition(one: Definition) -> dict[str, Any]:
    return {"metric": one.metric, "version": one.version, "rules": dict(one.rules), "made_at": utc(one.made_at)}
