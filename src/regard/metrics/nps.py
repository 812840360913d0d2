"""Net promoter score (NPS): asked on 0–10, or it is not NPS."""

from __future__ import annotations

from collections.abc import Sequence

from regard.base.words import said
from regard.metrics import intervals, survey_answers
from regard.metrics.answers import Answers
from regard.metrics.contract import Gathered, Later, Metric, Reading, Rules
from regard.metrics.model import Estimate, Unit
from regard.metrics.scope import Scope
from regard.metrics.survey_answers import RULES, Scale, Tally, scales_of, shares_of, unweighted_part


def _is_nps(scale: Scale) -> bool:
    return (scale.low, scale.high) == (0, 10) and scale.orientation != "lower"


def _on_0_to_10(tally: Tally) -> Answers:
    return survey_answers.joined(tally.answers(one) for one in tally.scales if _is_nps(one))


def units(tally: Tally, rules: Rules, whole: Sequence[Tally] = ()) -> Answers:
    """100 for a promoter, 0 for a passive, −100 for a detractor."""
    return intervals.net_verdicts(_on_0_to_10(tally))


def read(tally: Tally, rules: Rules, whole: Sequence[Tally]) -> Reading:
    answers = _on_0_to_10(tally)
    return Reading(intervals.nps(answers), Later(lambda: _beside(answers)))


def _beside(answers: Answers) -> dict[str, Estimate]:
    scores = answers.scores
    parts = {
        "published": intervals.nps_plain(survey_answers.unweighted(answers)),
        "promoters": intervals.share_of(answers, scores >= 9),
        "passives": intervals.share_of(answers, (scores >= 7) & (scores < 9)),
        "detractors": intervals.share_of(answers, scores < 7),
        "mean": intervals.mean(answers, (0, 10)),
    }
    parts |= unweighted_part(answers, intervals.nps)
    return parts | shares_of(answers, 0, 10)


def gather(scope: Scope) -> Gathered:
    """Answers on every scale; those that are not on 0–10 are refused aloud."""
    found = survey_answers.gather("nps", scope)
    tallies = list(found.cells.values())
    others = [scale for scale in scales_of(tallies) if not _is_nps(scale)]
    notes = [_refusal(scale, sum(tally.answers(scale).n for tally in tallies)) for scale in others]
    return Gathered(found.cells, found.sql, [*found.notes, *notes])


def _refusal(scale: Scale, count: int) -> str:
    if (scale.low, scale.high) == (0, 10):
        return said("Left out: answers on 0–10 of which 0 is the good end ({count}).", count=count)
    return said(
        "Left out: answers on {scale} ({count}). The net promoter score is only defined on 0–10; import "
        "them as CSAT to measure them.",
        scale=scale.name,
        count=count,
    )


METRIC = Metric(
    key="nps",
    title="Net promoter score (NPS)",
    unit=Unit.POINTS,
    better="higher",
    about="How many more promoters (9–10) there are than detractors (0–6) among answers to “how likely are you to "
    "recommend us”, asked on 0–10.",
    formula="100 × (promoters − detractors) ÷ answers; passives (7–8) count in the answers only. Published beside "
    "it: the same without weights.",
    interval="Score interval for a difference of multinomial shares; the plain interval stands beside it.",
    source="Reichheld 2003, Harvard Business Review; Tango 1998, Statistics in Medicine 17; Rocks 2016, The American "
    "Statistician 70(4).",
    reads=("Survey Answered",),
    rules=RULES,
    gather=gather,
    read=read,
    units=units,
    nothing=Tally,
    family="answers",
)
