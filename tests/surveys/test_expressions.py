"""Conditions: what is true of answers, and that writing one down and reading it again changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.base import Invalid
from regard.surveys.evaluating import evaluate, holds
from regard.surveys.expressions import Binary, Call, Constant, Items, Name, Unary, every, names_in, parse, written

VALUES = {
    "nps": 6,
    "plan": "Pro",
    "likes": ["price", "speed"],
    "service": {"speed": 4, "kindness": 5},
    "agrees": True,
    "nothing": "",
    "profile": {"country": "PL", "orders": "12"},
    "likes-Comment": "all of it",
}


@pytest.mark.parametrize(
    ("text", "is_true"),
    [
        ("{nps} <= 6", True),
        ("{nps} = '6'", True),
        ("{plan} = 'pro'", True),
        ("{plan} <> 'pro'", False),
        ("{likes} contains 'price'", True),
        ("{likes} contains ['price', 'speed']", True),
        ("{likes} contains ['price', 'looks']", False),
        ("{likes} anyof ['looks', 'speed']", True),
        ("{likes} allof ['looks', 'speed']", False),
        ("{likes} noneof ['looks']", True),
        ("{likes} = ['speed', 'price']", True),
        ("{plan} contains 'r'", True),
        ("{service.speed} > 3 and {service.kindness} = 5", True),
        ("{profile.country} anyof ['PL', 'RO']", True),
        ("{profile.orders} > 9", True),
        ("{agrees} = true", True),
        ("{agrees} = 'true'", True),
        ("{nothing} empty", True),
        ("{nobody} notempty", False),
        ("{nobody} <> 5", True),
        ("{nobody} < 5", False),
        ("{nobody} > 5", False),
        ("not ({nps} > 6) and !{nothing}", True),
        ("{nps} > 9 or {nps} < 7 and {plan} = 'pro'", True),
        ("({nps} + 4) / 2 = 5", True),
        ("-{nps} = -6", True),
        ("{nps} / 0 empty", True),
        ("sum({service}) = 9 and avg({service}) = 4.5 and max({nps}, 8) = 8", True),
        ("count({likes}) = 2", True),
        ("iif({nps} > 8, 'fan', 'rest') = 'rest'", True),
        ("{likes-Comment} contains 'all'", True),
        ("{plan}=='pro'&&{nps}!=7||false", True),
    ],
)
def test_what_is_true_of_answers(text: str, is_true: bool) -> None:
    assert holds(text, VALUES) is is_true
    assert holds(parse(written(parse(text))), VALUES) is is_true


@pytest.mark.parametrize(
    "text",
    ["{a} =", "= 3", "({a} = 1", "{a} = 'x", "{a} ? 1", "{a} 3", "system('rm')", "[1, 2", "(" * 200, "{a} = 1 and"],
)
def test_a_condition_that_makes_no_sense_says_so(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.field == "expression"


@pytest.mark.parametrize(
    "text",
    [
        "-" * 5000 + "{a}",
        " or ".join(["{a} = 1"] * 1500),
        "+".join(["{a}"] * 3000) + " > 0",
        "{a}" + " empty" * 2000,
        "[" * 60 + "1" + "]" * 60,
    ],
)
def test_a_condition_that_nobody_can_follow_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.remedy


def test_a_long_list_of_cases_is_no_trouble() -> None:
    text = " or ".join(f"{{a}} = {n}" for n in range(240))
    assert holds(text, {"a": 239})
    assert written(parse(text)) == text
    assert evaluate(parse("---{a}"), {"a": 2}) == -2


def test_names_are_listed_once_in_order() -> None:
    assert names_in("{b} = 1 or sum({a.x}, {b}) > 2") == ["b", "a.x"]
    assert every([None, "", "{a} = 1"]) == "{a} = 1"


leaves = st.one_of(
    st.builds(Constant, st.one_of(st.integers(-(10**6), 10**6), st.booleans(), st.text(max_size=8))),
    st.builds(
        Constant,
        st.floats(0.5, 99.5).map(lambda number: round(number, 3)).filter(lambda number: not number.is_integer()),
    ),
    st.builds(Name, st.from_regex(r"[a-z][a-z0-9_.]{0,5}", fullmatch=True)),
)


def _grown(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.builds(Unary, st.sampled_from(("not", "empty", "notempty")), inner),
        st.builds(
            Binary,
            st.sampled_from(("and", "or", "=", "<>", "<", ">=", "contains", "anyof", "+", "-", "*", "/")),
            inner,
            inner,
        ),
        st.builds(lambda items: Items(tuple(items)), st.lists(inner, max_size=3)),
        st.builds(
            lambda name, items: Call(name, tuple(items)),
            st.sampled_from(("sum", "iif", "count")),
            st.lists(inner, max_size=3),
        ),
    )


@given(st.recursive(leaves, _grown, max_leaves=12))
def test_reading_what_was_written_gives_the_same_values_and_the_same_text(expression) -> None:
    again = parse(written(expression))
    assert written(again) == written(expression)
    assert repr(evaluate(again, VALUES)) == repr(evaluate(expression, VALUES))


def test_sums_that_are_too_large_have_no_value() -> None:
    huge = {"a": "1.5e308", "b": "1.5e308"}
    assert [evaluate(parse(f"{name}({{a}}, {{b}})"), huge) for name in ("sum", "avg")] == [None, None]
