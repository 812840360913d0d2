"""A random few of the choices, or of the rows: drawn once, and an answer to those is whole."""

from __future__ import annotations

from typing import Any

from regard.surveys.arranging import arrange
from regard.surveys.model import Choice, Matrix, Page, Question, Questionnaire, Ranking
from regard.surveys.offering import shown_choices, shown_rows
from regard.surveys.validating import problem_of

CHOICES: list[Any] = [1, 2, 3, Choice(value=4, is_fixed=True)]
RANKING = Ranking(name="q", choices=CHOICES, choices_order="random", take=2)
GRID = Matrix(name="m", rows=CHOICES, columns=["bad", "good"], rows_order="random", take=1, is_all_row_required=True)


def poll(*questions: Question) -> Questionnaire:
    return Questionnaire(pages=[Page(name="p", elements=list(questions))])


def test_as_many_as_are_taken_are_shown_and_fixed_ones_always() -> None:
    seen = set()
    for seed in range(40):
        drawn = arrange(poll(RANKING, GRID), seed)
        choices = [item.value for item in shown_choices(RANKING, {}, drawn)]
        assert (len(choices), choices[-1]) == (3, 4)
        assert [row.value for row in shown_rows(GRID, {}, drawn)][1:] == [4]
        seen |= set(choices)
    assert seen == {1, 2, 3, 4}


def test_all_are_taken_where_there_are_no_more() -> None:
    drawn = arrange(poll(Ranking(name="q", choices=[1, 2], choices_order="random", take=9)), 1)
    assert sorted(drawn.choices["q"]) == [1, 2]


def test_an_answer_to_what_was_drawn_is_whole() -> None:
    assert problem_of(RANKING, [4, 1, 3], {}) is None
    assert problem_of(RANKING, [4, 1], {}) is not None
    assert problem_of(GRID, {"4": "good", "2": "bad"}, {}) is None
    assert problem_of(GRID, {"4": "good"}, {}) is not None
