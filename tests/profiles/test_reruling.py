"""Other identity rules are tried before they are kept, hold for all the evidence there is, and are taken back exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regard.base import Invalid
from regard.profiles import (
    DEFAULT_RULES,
    IdentifierRule,
    IdentityRules,
    LinkState,
    change_rules,
    preview_rules,
    resolve,
    rules_of,
)
from regard.profiles.rules import LONGEST, as_body, rules_from
from regard.stream import IN_MEMORY, Batch, open_store
from tests.profiles.evidence import EVIDENCE, links_in, lives, number, owners_in, profiles_in, seen, write

SHARED = replace(DEFAULT_RULES, blocked=(*DEFAULT_RULES.blocked, "desk@.*"))
TABLETS = IdentityRules([IdentifierRule("user_id", 1, 3)], DEFAULT_RULES.others)
RULES = st.sampled_from(
    [
        DEFAULT_RULES,
        TABLETS,
        replace(DEFAULT_RULES, blocked=(*DEFAULT_RULES.blocked, "a[1-3]", "e0")),
        IdentityRules([IdentifierRule("email", 1, 1), IdentifierRule("user_id", 2, 2)], DEFAULT_RULES.others),
    ]
)


@pytest.fixture
def store():
    with open_store(IN_MEMORY) as opened:
        yield opened


def observe(store, *evidence) -> None:
    write(store, resolve(store, evidence))


def test_a_value_that_turned_out_to_be_everybodys_lets_go_of_those_it_held_together(store, tmp_path: Path) -> None:
    store.append(Batch(lives(tmp_path)))
    observe(store, seen("u0", "email:desk@shop.example"), seen("anonymous_id:a1", "email:desk@shop.example", 1))
    before = owners_in(store)
    assert before["anonymous_id:a1"] == before["u0"]
    told = preview_rules(store, SHARED)
    assert (told.profiles, told.split, told.merged, told.links) == (1, 1, 0, {LinkState.BLOCKED: 2})
    assert owners_in(store) == before, "a preview writes nothing"
    change_rules(store, SHARED, "ann")
    assert owners_in(store)["anonymous_id:a1"] == number({"anonymous_id:a1"})
    change_rules(store, DEFAULT_RULES, "ann")
    assert owners_in(store) == before


def test_a_higher_limit_joins_whom_the_lower_one_kept_apart(store) -> None:
    observe(store, seen("1", "anonymous_id:tablet"), seen("2", "anonymous_id:tablet", 1))
    told = change_rules(store, TABLETS)
    assert (told.profiles, told.merged, told.split, told.identifiers) == (2, 1, 0, 1)
    assert len(set(profiles_in(store).values())) == 1


def test_another_priority_gives_profiles_the_number_of_another_identifier(store) -> None:
    observe(store, seen("1", "email:a@example.org"))
    first = IdentityRules([IdentifierRule("email", 1, 5)], DEFAULT_RULES.others)
    told = change_rules(store, first)
    assert (told.profiles, told.merged, told.split, told.links) == (1, 0, 0, {})
    assert set(profiles_in(store).values()) == {number({"email:a@example.org"})}


def test_rules_that_change_nothing_are_not_a_new_version(store) -> None:
    change_rules(store, TABLETS)
    change_rules(store, TABLETS)
    assert len(store.kept("identity_rules", all_versions=True)) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(EVIDENCE, max_size=25), st.lists(RULES, max_size=4))
def test_however_rules_change_profiles_are_those_of_the_last_ones(evidence, changes) -> None:
    with open_store(IN_MEMORY) as store, open_store(IN_MEMORY) as plain:
        observe(store, *evidence)
        for rules in [*changes, TABLETS]:
            change_rules(store, rules)
        observe(plain, *evidence)
        change_rules(plain, TABLETS)
        assert as_body(rules_of(store)) == as_body(TABLETS)
        assert profiles_in(store) == profiles_in(plain)
        assert links_in(store) == links_in(plain)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(a|a)*", "a*b*c*", "(?i)a", "(?P<a", "a{99999999999}", "[", "x" * 201, "(a{1,3}){1,3}", "a\\"],
)
def test_a_pattern_that_some_value_would_keep_busy_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules_from({**as_body(DEFAULT_RULES), "blocked": [pattern]})
    assert refused.value.field == "blocked"


@pytest.mark.parametrize(("pattern", "value"), [(r"^\[.*\]$", "[x]"), (r"a\$", "A$"), (r"[+*]+", "+*"), ("^x?$", "x")])
def test_a_pattern_is_for_the_whole_value_whether_or_not_it_says_so(pattern: str, value: str) -> None:
    rules = rules_from({**as_body(DEFAULT_RULES), "blocked": [pattern]})
    assert rules.identifier("user_id", value) is None
    assert rules.identifier("user_id", f"1{value}1") is not None


def test_an_empty_value_names_nobody_whatever_the_rules_block() -> None:
    rules = rules_from({**as_body(DEFAULT_RULES), "blocked": []})
    assert rules.identifier("email", " ") is None
    assert rules.identifier("user_id", "x" * (LONGEST + 1)) is None
