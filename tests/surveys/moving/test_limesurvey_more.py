"""What LimeSurvey fills in, leads to and says comes over; the walk compares all of it."""

from __future__ import annotations

from typing import Any

import pytest

from regard.surveys.flow import path
from regard.surveys.model import find_question
from regard.surveys.moving.moved import Moved
from tests.surveys.moving.making import lss
from tests.surveys.moving.test_comparing import first_difference, with_question
from tests.surveys.moving.test_limesurvey import same

FRUIT = {"type": "L", "title": "fruit", "answers": {"A1": "Apple", "A2": "Pear"}}


def table(name: str, *rows: dict[str, str]) -> str:
    listed = ("<row>" + "".join(f"<{key}>{value}</{key}>" for key, value in row.items()) + "</row>" for row in rows)
    return f"<{name}><rows>{''.join(listed)}</rows></{name}>"


def default(value: str, sub: str = "0", **more: str) -> str:
    row = {"dvid": "1", "qid": "1", "scale_id": "0", "sqid": sub, "specialtype": "", **more}
    return table("defaultvalues", row) + table(
        "defaultvalue_l10ns", {"dvid": "1", "language": "en", "defaultvalue": value}
    )


def told(moved: Moved) -> set[tuple[str, str]]:
    return {(loss.place, loss.what) for loss in moved.losses if loss.severity != "cosmetic"}


@pytest.mark.parametrize(
    ("question", "given", "there"),
    [
        (FRUIT, default("A2"), "A2"),
        ({"type": "M", "title": "q", "subs": {"a": "A", "b": "B"}}, default("Y", "102"), ["b"]),
        ({"type": "Y", "title": "q"}, default("N"), False),
        ({"type": "5", "title": "q"}, default("4"), 4),
        ({"type": "N", "title": "q"}, default("7"), 7),
        ({"type": "S", "title": "q"}, default("Oslo"), "Oslo"),
        ({"type": "K", "title": "q", "subs": {"a": "A", "b": "B"}}, default("3", "101"), {"a": 3}),
        (
            {"type": "K", "title": "q", "subs": {"a": "A"}, "attributes": {"slider_layout": "1", "slider_default": "20"}},
            "", {"a": 20},
        ),
        ({"type": "S", "title": "q"}, table("defaultvalues", {"qid": "1", "sqid": "0", "language": "en", "defaultvalue": "Old"}), "Old"),
    ],
)  # fmt: skip
def test_default_values_are_filled_in(question, given, there) -> None:
    moved = same(lss(question, more=given))
    assert find_question(moved.questionnaire, question["title"]).default_value == there
    assert not {what for _, what in told(moved) if "filled" in what}


def test_what_is_worked_out_of_the_person_is_filled_in() -> None:
    moved = same(lss({"type": "S", "title": "q"}, more=default("Dear {TOKEN:FIRSTNAME}")))
    assert find_question(moved.questionnaire, "q").default_value_expression == "'Dear ' + {profile.first_name}"


def test_what_the_question_does_not_take_is_listed() -> None:
    assert ("fruit", "filled-in answer A9") in told(same_or_not(lss(FRUIT, more=default("A9"))))


def same_or_not(given: bytes) -> Moved:
    from regard.surveys.moving import read_survey

    return read_survey(given)


def settings(**texts: str) -> str:
    return table("surveys_languagesettings", {"surveyls_language": "en", "surveyls_title": "Visit", **texts})


def leads(given: bytes) -> tuple[Any, Any]:
    found = same_or_not(given).questionnaire
    return found.navigate_to_url, found.navigate_text


def test_the_address_at_the_end_is_a_link_or_leads_there_by_itself() -> None:
    more = settings(surveyls_url="https://a.example/?f={fruit}&amp;t={TOKEN}", surveyls_urldescription="Shop")
    assert leads(lss(FRUIT, more=more)) == ("https://a.example/?f={fruit}&t={profile.token}", "Shop")
    assert leads(lss(FRUIT, more=more, autoredirect="Y")) == ("https://a.example/?f={fruit}&t={profile.token}", None)
    unsafe = lss(FRUIT, more=settings(surveyls_url="http://a.example/"))
    assert leads(unsafe) == (None, "http://a.example/")
    assert ("survey", "redirect to http://a.example/") in told(same_or_not(unsafe))


def test_a_text_says_codes_or_words_as_it_does_there() -> None:
    many = {"type": "M", "title": "many", "subs": {"a": "One", "b": "Two"}}
    grid = {"type": "F", "title": "grid", "subs": {"x": "X"}, "answers": {"1": "bad", "2": "good"}}
    said = (
        "{fruit}, {fruit.shown}, {many_a}, {many_b.shown}, {grid_x}, {grid_x.shown}, {if(fruit == 'A1', 'yes', 'no')}"
    )
    last = {"type": "S", "title": "last", "en": said}
    moved = same(lss(FRUIT, many, grid, last))
    assert "the source says" in first_difference(with_question(moved, "last", title="{fruit}"))


def test_lines_and_rows_of_grids_keep_their_conditions() -> None:
    many = {"type": "M", "title": "many", "subs": {"a": "One", "b": "Two"}}
    lines = {"type": "Q", "title": "lines", "subs": {"a": "A", "b": "B"}, "attributes": {"array_filter": "many"}}
    moved = same(lss(many, lines))
    assert path(moved.questionnaire, {}).names == ["many"]
    assert [line.visible_if for line in find_question(moved.questionnaire, "lines").items] == [
        "{many} contains 'a'", "{many} contains 'b'",
    ]  # fmt: skip
    grid = {"type": ";", "title": "g", "subs": {"a": "A", "b": "B", "#c": "C"}, "attributes": {"array_filter": "many"}}
    assert path(same(lss(many, grid)).questionnaire, {"many": ["b"]}).names == ["many", "g_b"]


def test_settings_that_respondents_notice_are_listed() -> None:
    moved = same_or_not(lss(FRUIT, usecaptcha="A", expires="2020-01-01", questionindex="2", printanswers="N"))
    assert {what for place, what in told(moved) if place == "survey"} == {"usecaptcha", "expires", "questionindex"}


def test_what_is_not_relevant_makes_a_whole_condition_false_also_beside_or() -> None:
    hidden = {"type": "L", "title": "hidden", "answers": {"A1": "x"}, "relevance": "fruit == 'A2'"}
    last = {"type": "S", "title": "last", "relevance": "hidden == 'A1' or fruit.NAOK == 'A1'"}
    moved = same(lss(FRUIT, hidden, last))
    assert path(moved.questionnaire, {"fruit": "A1"}).names == ["fruit"]
    assert path(moved.questionnaire, {"fruit": "A2", "hidden": "A1"}).names == ["fruit", "hidden", "last"]


GRID = {"type": ":", "title": "an", "subs": {"1": "one", "2": "two", "#A": "A", "#B": "B"}}


@pytest.mark.parametrize(
    ("expression", "cells", "holds"),
    [
        ("countifop('lt', 0, that.an) > 0", {"an_1": {"A": -1}}, True),
        ("countifop('gt', 5, that.an.sq_A) == 1", {"an_1": {"A": 6, "B": 9}}, True),
        ("sumifop('gt', 0, that.an) == 4", {"an_1": {"A": -9, "B": 4}}, True),
        ("sumif(4, that.an) == 8", {"an_1": {"A": 4}, "an_2": {"A": 4, "B": 1}}, True),
        ("count(that.an.nosq_B) == 1", {"an_1": {"A": 4, "B": 4}}, True),
        ("abs(an_1_A) > 3", {"an_1": {"A": -4}}, True),
        ("abs(an_1_A) > 3", {"an_1": {"A": 2}}, False),
    ],
)
def test_sums_and_counts_over_parts_of_a_grid_are_meant_the_same(
    expression: str, cells: dict[str, dict[str, int]], holds: bool
) -> None:
    moved = same(lss(GRID, {"type": "S", "title": "last", "relevance": expression}))
    assert ("last" in path(moved.questionnaire, cells).names) is holds
    assert not [loss for loss in moved.losses if loss.place == "last"]


def test_a_comparison_by_pattern_is_listed_and_the_file_is_read() -> None:
    last = {"type": "S", "title": "last", "relevance": "countifop('RX', '/[02]$/', that.an) > 0"}
    assert "last" in {place for place, _ in told(same_or_not(lss(GRID, last)))}


def test_comments_beside_boxes_are_counted_where_they_are_meant() -> None:
    many = {"type": "P", "title": "p", "subs": {"a": "A", "b": "B"}, "other": "Y"}
    last = {"type": "S", "title": "last", "relevance": "count(that.p.comments) == 1 and count(that.p.nocomments) == 2"}
    moved = same(lss(many, last))
    given = {"p": ["a", "other"], "p-Comment": "else", "p_comment": {"a": "why"}}
    assert "last" in path(moved.questionnaire, given).names
    assert "last" not in path(moved.questionnaire, {"p": ["a", "b"]}).names


def test_what_is_asked_of_a_ranks_place_is_listed() -> None:
    rank = {"type": "R", "title": "r", "answers": {"1": "A", "2": "B"}}
    last = {"type": "S", "title": "last", "relevance": "countif('1', that.r) > 0"}
    assert "last" in {place for place, _ in told(same_or_not(lss(rank, last)))}


def test_what_must_hold_for_a_whole_grid_is_checked_once() -> None:
    moved = same(lss(GRID | {"attributes": {"em_validation_q": "count(self.NAOK) >= 3"}}))
    rules = {name: find_question(moved.questionnaire, name).validators for name in ("an_1", "an_2")}
    assert not rules["an_1"]
    assert [rule.type for rule in rules["an_2"]] == ["expression"]


def test_a_question_without_its_group_is_listed_and_a_file_of_one_question_is_read() -> None:
    moved = same(lss(FRUIT, {"type": "S", "title": "orphan", "gid": "77"}))
    assert told(moved) == {("orphan", "question")}
    alone = lss(FRUIT).replace(b"<groups>", b"<other>").replace(b"</groups>", b"</other>")
    assert same(alone).questionnaire.pages[0].elements[0].name == "fruit"


def test_nothing_is_no_number() -> None:
    number = {"type": "S", "title": "num"}
    moved = same(lss(number, {"type": "S", "title": "last", "relevance": "is_numeric(num.NAOK)"}))
    assert path(moved.questionnaire, {}).names == ["num"]
    assert path(moved.questionnaire, {"num": "7"}).names == ["num", "last"]


def test_a_list_of_what_was_ticked_is_said() -> None:
    many = {"type": "M", "title": "m", "subs": {"a": "Apples", "b": "Pears"}, "other": "Y"}
    last = {"type": "S", "title": "last", "en": "You like {list(that.m.shown)}", "relevance": "count(that.m.NAOK) > 0"}
    moved = same(lss(many, last))
    assert find_question(moved.questionnaire, "last").title == "You like {m}"
    assert "the source says" in first_difference(with_question(moved, "last", title="You like {last}"))
