"""Responses as columns: who saw what, questions over versions, weights, bounds, and a table for a notebook."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from regard.metrics import crosstab, rake
from regard.report.responses.choosing import Chosen, is_telling
from regard.report.responses.codebook import codebook_text
from regard.report.responses.collected import Collected
from regard.report.responses.crossing import cross
from regard.report.responses.items import items_of
from regard.report.responses.silence import funnel_of, silence_of
from regard.report.responses.tabling import table_of
from regard.report.responses.weighting import weighing
from regard.surveys import Questionnaire, Responded, Respondent, read_questionnaire
from regard.web import ENGLISH, Format

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def responded(number: int = 1, **values: Any) -> Responded:
    known = {
        "id": str(number), "version": 1, "language": "en", "way": "email", "touchpoint": "", "started_at": AT,
        "completed_at": AT + timedelta(minutes=1),
    }  # fmt: skip
    answers = values.pop("answers", {})
    return Responded(Respondent(**{**known, **values}), answers)


def poll(*elements: dict[str, Any], **more: Any) -> Questionnaire:
    pages = [{"name": f"p{place}", "elements": [one]} for place, one in enumerate(elements)]
    return read_questionnaire({"pages": pages, **more})


NPS = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "metric": "nps"}
BRANCHING = poll(
    NPS,
    {"type": "comment", "name": "why", "visibleIf": "{nps} < 7"},
    {"type": "radiogroup", "name": "plan", "choices": ["a", "b"], "visibleIf": "{why} notempty"},
    {"type": "text", "name": "town", "visibleIf": "{profile.region} = 'north'"},
    {"type": "comment", "name": "last"},
    triggers=[{"type": "complete", "expression": "{plan} = 'b'"}],
)


def test_who_saw_what_is_what_a_walk_through_the_survey_finds() -> None:
    chance = random.Random(1)
    rows = [
        responded(
            number,
            answers={
                "nps": chance.randint(0, 10),
                "why": chance.choice(["", "x"]),
                "plan": chance.choice(["a", "b", None]),
            },
            traits={"region": chance.choice(["north", "south"])},
        )
        for number in range(400)
    ]
    collected = Collected.of({1: BRANCHING}, rows)
    for name in ("nps", "why", "plan", "town", "last"):
        walked = [name in one.way_through(BRANCHING).names for one in rows]
        assert collected.shown(name).tolist() == walked


def test_whoever_left_saw_only_the_pages_they_came_to() -> None:
    left = responded(completed_at=None, pages=("p0", "p1"), answers={"nps": 3})
    collected = Collected.of({1: BRANCHING}, [left, responded(2, answers={"nps": 3, "why": "x"})])
    shown = {name: collected.shown(name).tolist() for name in ("nps", "why", "plan", "last")}
    assert shown == {"nps": [True, True], "why": [True, True], "plan": [False, True], "last": [False, True]}


def test_some_responses_are_read_as_if_there_were_no_others() -> None:
    chance = random.Random(4)
    before = poll(NPS, {"type": "checkbox", "name": "used", "choices": ["app", "shop"]})
    after = poll({**NPS, "rateMin": 1}, {"type": "checkbox", "name": "used", "choices": ["app", "phone"]})
    rows = [
        responded(
            number,
            version=1 + number % 2,
            language=chance.choice(["en", "pl", ""]),
            answers={"nps": chance.choice([3, 9, None]), "used": chance.choice([["app"], ["app", "shop"], []])},
        )
        for number in range(60)
    ]
    mask = np.array([chance.random() < 0.3 for _ in rows])
    chosen = [one for one, is_in in zip(rows, mask.tolist(), strict=True) if is_in]
    part, alone = Collected.of({1: before, 2: after}, rows).only(mask), Collected.of({1: before, 2: after}, chosen)
    assert [item.key for item in part.items] == [item.key for item in alone.items]
    for item in alone.items:
        assert part.answers(item).list() == alone.answers(item).list()
        assert part.seen(item).tolist() == alone.seen(item).tolist()
    assert part.category("language") == alone.category("language")
    assert part.variables == alone.variables


def test_a_question_that_became_another_kind_stands_apart() -> None:
    before, after = (
        poll({"type": "comment", "name": "plan"}),
        poll({"type": "radiogroup", "name": "plan", "choices": ["a"]}),
    )
    new, old = items_of({1: before, 2: after}, "en")
    assert (new.key, new.versions, new.is_current) == ("plan", [2], True)
    assert (old.key, old.versions, old.is_current) == ("plan~2", [1], False)
    both = Collected.of(
        {1: before, 2: after}, [responded(1, answers={"plan": "words"}), responded(2, version=2, answers={"plan": "a"})]
    )
    assert [both.answers(item).list() for item in both.items] == [[None, "a"], ["words", None]]


def test_a_choice_taken_out_is_still_called_by_its_text() -> None:
    before = poll(
        {"type": "dropdown", "name": "q", "choices": [{"value": 1, "text": "One"}, {"value": 2, "text": "Two"}]}
    )
    after = poll({"type": "dropdown", "name": "q", "choices": [{"value": 2, "text": "Both"}]})
    assert items_of({1: before, 2: after}, "en")[0].options == {"2": "Both", "1": "One"}


def answering(n: int) -> list[Responded]:
    chance = random.Random(2)
    return [
        responded(
            number,
            answers={"nps": chance.randint(0, 10)},
            language="pl" if number % 4 == 0 else "en",
            weight=3.0 if number % 2 else 1.0,
            is_invited=True,
            waited_seconds=float(number),
        )
        for number in range(n)
    ]


def people(n: int = 200) -> Collected:
    return Collected.of({1: poll(NPS)}, answering(n))


def test_raked_weights_are_those_of_the_science() -> None:
    collected, margins = people(), {"language": {"en": 0.5, "pl": 0.5}}
    found = weighing(collected, "raked", margins)
    given = {"language": [one.language for one in collected.responses]}
    expected = rake(given, margins, [one.weight for one in collected.responses])
    assert np.allclose(found.weights, expected.weights)
    assert found.problem is None


def test_responses_whose_category_nobody_knows_weigh_nothing_and_are_counted() -> None:
    rows = [*answering(20), responded(99, answers={"nps": 5}, language="")]
    found = weighing(Collected.of({1: poll(NPS)}, rows), "raked", {"language": {"en": 0.5, "pl": 0.5}})
    assert found.unknown == 1
    assert found.weights[-1] == 0


def test_bounds_put_all_the_silent_at_each_end() -> None:
    collected = people(100)
    [found] = silence_of(collected, {1.0: 100}, {})
    nps = found.whatever.responders.value
    assert found.whatever.least == pytest.approx((nps - 100) / 2)
    assert found.whatever.most == pytest.approx((nps + 100) / 2)
    assert found.assumed is not None
    assert found.assumed.most == pytest.approx((nps + found.last) / 2)


def test_weighted_bounds_count_the_silent_by_their_weights() -> None:
    [found] = silence_of(people(100), {1.0: 10, 3.0: 30}, {}, is_weighted=True)
    assert found.whatever.answered == pytest.approx(200 / 300)


def test_few_who_are_left_or_left_out_are_telling() -> None:
    rows = [responded(n, language="en") for n in range(10)] + [responded(n, language="pl") for n in range(3)]
    collected = Collected.of({1: poll(NPS)}, rows)
    for language, is_so in (("pl", True), ("en", True), ("", False)):
        chosen = Chosen(language=language)
        assert is_telling(chosen, collected, chosen.mask(collected, "UTC"), 5) is is_so


def test_days_are_those_of_the_workspace() -> None:
    late = responded(started_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    collected = Collected.of({1: poll(NPS)}, [late])
    assert Chosen(first="2026-03-02", last="2026-03-02").mask(collected, "Europe/Warsaw").all()
    assert not Chosen(first="2026-03-02").mask(collected, "UTC").any()


def test_small_cells_and_what_gives_them_away_are_withheld() -> None:
    rows = [responded(n, language="en" if n % 2 else "pl", way="sms" if n < 3 else "email") for n in range(60)]
    found = cross(Collected.of({1: poll(NPS)}, rows), "language", "way", None, 5)
    assert set(found.withheld) == {("en", "email"), ("en", "sms"), ("pl", "email"), ("pl", "sms")}


def test_a_notebook_works_with_the_table() -> None:
    table = table_of(people())
    found = crosstab([str(v) for v in table.values("language")], [str(v >= 9) for v in table.values("nps")])
    assert found.n == 200
    assert table.values("sampling_weight")[:2] == [1.0, 3.0]


def test_a_table_is_named_in_the_language_of_who_takes_it_away() -> None:
    asked = poll({"type": "checkbox", "name": "used", "choices": ["a"], "showOtherItem": True})
    given = responded(answers={"used": ["a"]}, way="email", flags=("speeder", "straight_lining"))
    polish = {"Begun": "Rozpoczęto", "E-mail": "Poczta", "yes": "tak", "no": "nie", "Something else": "Coś innego"}
    fmt = Format("pl", translate=lambda text: polish.get(text, text))
    here, there = (table_of(Collected.of({1: asked}, [given]), fmt=one) for one in (ENGLISH, fmt))
    assert there.rows.equals(here.rows), "names and codes are everybody's"
    told = {column.name: column for column in there.columns}
    assert told["started_at"].label == "Rozpoczęto"
    assert told["way"].value_labels["email"] == "Poczta"
    assert told["used.a"].value_labels == {0: "nie", 1: "tak"}
    assert told["used.other"].label == "used: Coś innego"
    [flags] = told["flags"].value_labels
    assert flags == "speeder straight_lining"
    assert "| email (SPSS: 2) | Poczta | 1 |" in codebook_text(there, "Ankieta", fmt)


def test_a_question_called_like_a_fact_gets_a_name_of_its_own() -> None:
    asked = poll({"type": "text", "name": "language"})
    table = table_of(Collected.of({1: asked}, [responded(answers={"language": "Kashubian"})]))
    assert table.values("language") == ["en"]
    assert table.values("language_2") == ["Kashubian"]


def test_whoever_was_screened_out_stands_in_no_response_rate() -> None:
    told = [responded(number, answers={"nps": 9}, is_eligible=number >= 4) for number in range(10)]
    funnel = funnel_of(Collected.of({1: poll()}, told), sent=20, bounced=0, opened=0)
    assert (funnel.sent, funnel.started, funnel.completed) == (16, 6, 6)
    assert [rate.value for rate in funnel.rates().values()][:2] == [6 / 16, 6 / 16]
