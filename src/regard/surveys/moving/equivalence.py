"""Whether a survey that was moved still asks the same: walked in its own tool's meaning and in ours, and compared.

Each walk answers the source's questions by the source's own rules (:mod:`regard.surveys.moving.walking`), hands those
answers to our questionnaire, and compares which questions are shown in which order, what they offer, whether an answer
is needed, what they say where answers are put into texts, which quotas count it and how it ends. Where there are few
enough ways through, all of them are walked; otherwise a large random sample is, with a seed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from regard.surveys.checking.finding import conditions_of
from regard.surveys.expressions import names_in
from regard.surveys.model import CalculatedValue, Questionnaire, texts_of
from regard.surveys.moving.comparing import Seen, Way, answers_here, compared
from regard.surveys.moving.moved import Moved
from regard.surveys.piping import name_and_fallback

SAMPLE: Final = 1_000
EXAMPLES: Final = 5
_PIPED: Final = re.compile(r"\{([^{}]{1,200})\}")


@dataclass(frozen=True)
class Difference:
    """One way on which the two did not ask the same."""

    answers: Mapping[str, Any]
    source: Way
    ours: Way

    def __str__(self) -> str:
        there, here = self.source.names, self.ours.names
        if there != here:
            both = min(len(there), len(here))
            place = next((at for at in range(both) if there[at] != here[at]), both)
            return f"after {place} questions the source shows {_at(there, place)}, ours {_at(here, place)}"
        for source, ours in zip(self.source.seen, self.ours.seen, strict=True):
            if source != ours:
                return _told(source, ours)
        if self.source.end != self.ours.end:
            return f"the source ends {self.source.end}, ours {self.ours.end}"
        if self.source.leads != self.ours.leads:
            return f"the source goes on at {self.source.leads or 'no address'}, ours at {self.ours.leads or 'none'}"
        return f"the source counts it in the quotas {self.source.quotas}, ours in {self.ours.quotas}"


def _told(source: Seen, ours: Seen) -> str:
    """What of one question is not the same."""
    if source.offered != ours.offered:
        return f"{source.name}: the source offers {_listed(source.offered)}, ours {_listed(ours.offered)}"
    if source.is_required != ours.is_required:
        return f"{source.name}: an answer is needed {'there, not here' if source.is_required else 'here, not there'}"
    if source.columns != ours.columns:
        return f"{source.name}: the source has the columns {_listed(source.columns)}, ours {_listed(ours.columns)}"
    if source.filled != ours.filled:
        there, here = source.filled or "nothing", ours.filled or "nothing"
        return f"{source.name}: the source has {there} filled in, ours {here}"
    return f"{source.name}: the source says {source.text!r}, ours {ours.text!r}"


def _listed(offered: tuple[str, ...] | None) -> str:
    return ", ".join(offered or ()) or "nothing"


def _at(way: list[str], place: int) -> str:
    return way[place] if place < len(way) else "the end"


@dataclass(frozen=True)
class Equivalence:
    """How many ways were walked, on how many both asked the same, and some of those on which they did not."""

    walks: int
    agreed: int
    is_exhaustive: bool
    seed: int
    differences: list[Difference]
    ways: int
    """How many of the walks differ from each other in what they show."""

    @property
    def is_equal(self) -> bool:
        return self.agreed == self.walks


def check_equivalence(moved: Moved, seed: int = 1, sample: int = SAMPLE, seconds: float = math.inf) -> Equivalence:
    """Walk a moved survey both ways and compare; as many ways as begin within so many ``seconds``.

    Questions that were not carried over (they are among the losses) are not compared and count as unanswered.
    """
    from regard.surveys.moving.walking import source_of
    from regard.surveys.moving.walking.drawing import all_or_some

    source, ways = source_of(moved), set()
    moved = replace(moved, questionnaire=_bare(moved.questionnaire, source.tells_texts))
    draw = all_or_some(source, seed, sample, len(moved.carried), seconds)
    walks, agreed = 0, 0
    differences: list[Difference] = []
    for walked in draw.walks():
        walks += 1
        there, here = compared(moved, walked)
        ways.add(tuple(there.names))
        if there == here:
            agreed += 1
        elif len(differences) < EXAMPLES:
            differences.append(Difference(answers_here(moved, walked), there, here))
    return Equivalence(walks, agreed, draw.is_exhaustive, seed, differences, len(ways))


def _bare(questionnaire: Questionnaire, has_texts: bool) -> Questionnaire:
    """The questionnaire without calculated values that nothing compared uses."""
    used = {name for condition in _conditions(questionnaire) for name in names_in(condition)}
    used |= {
        name_and_fallback(name)[0]
        for text in (texts_of(questionnaire) if has_texts else ())
        for each in (text.values() if isinstance(text, dict) else [text])
        for name in _PIPED.findall(each)
    }
    kept: list[CalculatedValue] = []
    for value in reversed(questionnaire.calculated_values):
        if value.name in used:
            kept.insert(0, value)
            used |= set(names_in(value.expression))
    return msgspec.structs.replace(questionnaire, calculated_values=kept)


def _conditions(questionnaire: Questionnaire) -> Iterator[str]:
    yield from (condition.text for condition in conditions_of(questionnaire) if condition.field != "calculatedValues")
