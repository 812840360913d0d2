"""The check before a survey goes out: what is broken, what will bias answers, what is only worth knowing.

:func:`check` gives findings. An error keeps the survey from being published; a warning wants somebody to say that it is
meant so; a note says something and wants nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from regard.surveys.checking.asking import check_asking
from regard.surveys.checking.branches import Walk, check_branches, walk
from regard.surveys.checking.ends import check_ends
from regard.surveys.checking.finding import ERROR, NOTE, WARNING, Finding
from regard.surveys.checking.length import Length, check_length, length_of
from regard.surveys.checking.references import check_references
from regard.surveys.checking.scales import check_scales
from regard.surveys.checking.traits import check_traits
from regard.surveys.checking.wording import check_wording
from regard.surveys.model import Questionnaire

__all__ = ["ERROR", "NOTE", "WARNING", "Finding", "Length", "Walk", "blocking", "check", "length_of", "walk"]

CHECKS: Final[tuple[Callable[[Questionnaire], Iterable[Finding]], ...]] = (
    check_references,
    check_branches,
    check_scales,
    check_ends,
    check_asking,
    check_traits,
    check_wording,
    check_length,
)
_WEIGHT: Final = {ERROR: 0, WARNING: 1, NOTE: 2}


def check(questionnaire: Questionnaire) -> list[Finding]:
    """Everything found, errors first, then in the order of the checks."""
    found = [finding for one in CHECKS for finding in one(questionnaire)]
    return sorted(dict.fromkeys(found), key=lambda finding: _WEIGHT[finding.severity])


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep a survey from being published."""
    return [finding for finding in findings if finding.severity == ERROR]
