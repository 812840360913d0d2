"""Which questions somebody sees: branching, skips, random orders, and what no longer counts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regard.surveys import read_questionnaire
from regard.surveys.arranging import arrange, read_arrangement
from regard.surveys.flow import answers_on, path, quotas_at
from regard.surveys.model import find_question
from regard.surveys.offering import shown_choices, shown_rows


def page(name: str, *elements: dict, **more) -> dict:
    return {"name": name, "elements": list(elements), **more}


def ask(name: str, **more) -> dict:
    return {"type": "radiogroup", "name": name, "choices": ["a", "b"], **more}


def survey(*pages: dict, **more):
    return read_questionnaire({"pages": list(pages), **more})


def test_an_answer_to_a_hidden_question_decides_nothing() -> None:
    poll = survey(
        page("1", ask("x")), page("2", ask("y", visibleIf="{x} = 'a'")), page("3", ask("z", visibleIf="{y} = 'b'"))
    )
    assert path(poll, {"x": "a", "y": "b"}).names == ["x", "y", "z"]
    way = path(poll, {"x": "b", "y": "b", "z": "a"})
    assert way.names == ["x"]
    assert answers_on(way, {"x": "b", "y": "b", "z": "a"}) == {"x": "b"}


def test_a_condition_may_ask_for_a_question_of_its_own_page() -> None:
    poll = survey(page("1", ask("x"), ask("why", visibleIf="{x} = 'a'")))
    assert path(poll, {}).names == ["x"]
    assert path(poll, {"x": "a"}).names == ["x", "why"]


def test_a_skip_goes_forward_when_its_page_is_left_and_never_back() -> None:
    forward = {"type": "skip", "expression": "{x} = 'a'", "gotoName": "z"}
    back = {"type": "skip", "expression": "{z} = 'a'", "gotoName": "x"}
    poll = survey(page("1", ask("x")), page("2", ask("y")), page("3", ask("z")), triggers=[forward, back])
    assert path(poll, {"x": "a", "z": "a"}).names == ["x", "z"]
    assert path(poll, {"x": "b"}).names == ["x", "y", "z"]


def test_a_skip_may_go_to_a_page_that_only_tells_something() -> None:
    skip = {"type": "skip", "expression": "{x} = 'a'", "gotoName": "3"}
    poll = survey(page("1", ask("x")), page("2", ask("y")), page("3", title="Read this"), triggers=[skip])
    assert [step.page.name for step in path(poll, {"x": "a"}).steps] == ["1", "3"]


def test_an_end_says_which_trigger_ended_it() -> None:
    end = {"type": "complete", "expression": "{x} <> 'a'", "isScreenOut": True}
    poll = survey(page("0", ask("w")), page("1", ask("x")), page("2", ask("y")), triggers=[end])
    way = path(poll, {"x": "b"})
    assert (way.names, way.ended_by.is_screen_out) == (["w", "x"], True)
    assert path(poll, {"x": "a"}).ended_by is None


def test_traits_and_calculated_values_decide_too() -> None:
    poll = survey(
        page("1", {"type": "rating", "name": "n"}),
        page("2", ask("y", visibleIf="{double} > 6 and {profile.plan} = 'pro'")),
        calculatedValues=[{"name": "double", "expression": "{n} * 2"}],
    )
    assert path(poll, {"n": 4}, {"plan": "pro"}).names == ["n", "y"]
    assert path(poll, {"n": 3}, {"plan": "pro"}).names == ["n"]
    assert path(poll, {"n": 4}, {"plan": "free"}).names == ["n"]


def test_choices_and_rows_follow_an_earlier_answer() -> None:
    poll = survey(
        page("1", {"type": "checkbox", "name": "used", "choices": ["shop", "app", "phone"]}),
        page("2", {"type": "radiogroup", "name": "best", "choices": ["shop", "app", "phone"], "choicesVisibleIf": "{used} contains {item}"},
             {"type": "matrix", "name": "rate", "columns": [1, 2], "rows": ["shop", "app"], "rowsVisibleIf": "{used} contains {item}"}),
    )  # fmt: skip
    values = {"used": ["app", "phone"]}
    assert [item.value for item in shown_choices(find_question(poll, "best"), values)] == ["app", "phone"]
    assert [item.value for item in shown_rows(find_question(poll, "rate"), values)] == ["app"]
    assert path(poll, {"used": ["phone"]}).names == ["used", "best"]
    assert path(poll, {}).names == ["used"]


def test_going_on_and_back_follows_the_path() -> None:
    poll = survey(page("1", ask("x")), page("2", ask("y"), visibleIf="{x} = 'a'"), page("3", ask("z")))
    way = path(poll, {"x": "b"})
    assert (way.after("").page.name, way.after("1").page.name, way.after("3")) == ("1", "3", None)
    assert (way.before("3").page.name, way.before("1")) == ("1", None)
    assert [way.progress(name) for name in ("1", "3")] == [0.0, 0.5]


def test_a_quota_is_met_where_its_question_is_asked() -> None:
    poll = survey(
        page("1", ask("x")), page("2", ask("y")), quotas=[{"name": "q", "expression": "{x} = 'a'", "limit": 1}]
    )
    steps = path(poll, {"x": "a"}).steps
    assert [len(quotas_at(poll, step)) for step in steps] == [1, 0]


def test_a_random_order_is_the_same_whenever_the_response_is_gone_on_with() -> None:
    poll = survey(
        page("first", ask("x")),
        *(page(name, ask(f"{name}1"), ask(f"{name}2"), questionsOrder="random") for name in "abc"),
        page("last", ask("z", choicesOrder="random")),
        randomGroups=[{"pages": ["a", "b", "c"], "take": 2}],
    )
    seen = set()
    for seed in range(40):
        drawn = arrange(poll, seed)
        kept = read_arrangement({"pages": drawn.pages, "questions": drawn.questions, "choices": drawn.choices})
        names = [step.page.name for step in path(poll, {}, arrangement=kept).steps]
        assert (names[0], names[-1], len(names)) == ("first", "last", 4)
        assert path(poll, {}, arrangement=kept) == path(poll, {}, arrangement=arrange(poll, seed))
        seen.add(tuple(names[1:3]))
    assert len(seen) == 6


def test_balanced_groups_draw_the_page_that_was_drawn_least() -> None:
    poll = survey(
        *(page(name, ask(name)) for name in "abc"),
        randomGroups=[{"pages": ["a", "b", "c"], "take": 1, "isBalanced": True}],
    )
    assert {tuple(arrange(poll, seed, {"a": 5, "b": 4, "c": 5}).pages) for seed in range(20)} == {("b",)}


names = st.sampled_from(["q0", "q1", "q2", "q3", "q4"])
conditions = st.one_of(
    st.none(), st.builds(lambda name, value: f"{{{name}}} = '{value}'", names, st.sampled_from("ab"))
)


@st.composite
def surveys(draw):
    pages = [
        {
            "name": f"p{i}",
            "elements": [
                {"type": "radiogroup", "name": f"q{i}", "choices": ["a", "b"]}
                | ({"visibleIf": c} if (c := draw(conditions)) else {})
            ],
        }
        | ({"visibleIf": c} if (c := draw(conditions)) else {})
        for i in range(5)
    ]
    skips = st.builds(
        lambda name, value, goto: {"type": "skip", "expression": f"{{{name}}} = '{value}'", "gotoName": goto},
        names,
        st.sampled_from("ab"),
        names,
    )
    return read_questionnaire({"pages": pages, "triggers": draw(st.lists(skips, max_size=4))})


@given(surveys(), st.dictionaries(names, st.sampled_from("ab")), st.integers(0, 5))
def test_a_path_ends_goes_forward_and_depends_only_on_what_it_shows(poll, answers, seed) -> None:
    way = path(poll, answers)
    places = [int(step.page.name[1:]) for step in way.steps]
    assert places == sorted(set(places))
    assert path(poll, answers_on(way, answers)) == way
