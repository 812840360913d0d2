"""Who is who: a pure function of the evidence, whatever way it came and whatever was undone on the way."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard import metrics
from regard.base import Conflict, Invalid, NotFound, clock
from regard.base.events import subscribe, unsubscribe
from regard.base.ids import profile_number
from regard.metrics.asking import forget
from regard.profiles import (
    DEFAULT_RULES,
    IdentifierRule,
    IdentityRules,
    LinkState,
    ProfilesMerged,
    ProfilesUnmerged,
    customers_of,
    evidence_of,
    keep_rules,
    merge,
    preview_merge,
    resolve,
    resolve_again,
    restore,
    rules_of,
    separate,
    unmerge,
)
from regard.profiles.evidence import link_id
from regard.profiles.rules import rules_from
from regard.stream import IN_MEMORY, Batch, open_store
from tests.profiles.evidence import (
    EVIDENCE,
    IDENTIFIERS,
    START,
    links_in,
    lives,
    owners_in,
    plainly,
    profiles_in,
    seen,
    write,
)

LATER = START + timedelta(days=90)


@pytest.fixture
def store(tmp_path):
    with open_store(IN_MEMORY) as opened:
        yield opened


def observe(store, *evidence):
    found = resolve(store, evidence)
    write(store, found)
    return found


def whose(store, *keys):
    found = customers_of(store, keys)
    return [found[key] for key in keys]


def number(key):
    return profile_number(key)


# --- examples ------------------------------------------------------------------------------------------------------


def test_one_event_with_two_names_makes_them_one_person_by_the_stronger_name(store):
    observe(store, seen("42", "anonymous_id:x"))
    assert whose(store, "42", "anonymous_id:x") == [number("42")] * 2


def test_the_second_user_of_a_shared_device_stays_another_person(store):
    observe(store, seen("1", "anonymous_id:tablet", 0), seen("2", "anonymous_id:tablet", 1))
    assert whose(store, "1", "anonymous_id:tablet", "2") == [number("1"), number("1"), number("2")]
    assert sorted(link.state for link in links_in(store)) == [LinkState.ACCEPTED, LinkState.OVER_LIMIT]


def test_a_sixth_device_within_a_week_is_over_the_limit_and_one_a_week_later_is_not(store):
    observe(
        store,
        *(seen("1", f"anonymous_id:{name}", day / 10) for day, name in enumerate("abcdef")),
        seen("1", "anonymous_id:z", 9),
    )
    others = [key for key, customer in customers_of(store, [f"anonymous_id:{n}" for n in "abcdefz"]).items()
              if customer != number("1")]  # fmt: skip
    assert others == ["anonymous_id:f"]


def test_a_person_of_twenty_thousand_devices_is_one_person_without_reading_all_of_them_for_each(store):
    observe(store, *(seen("1", f"anonymous_id:{place}", 2 * place) for place in range(20_000)))
    assert set(profiles_in(store).values()) == {number("1")}
    assert {link.state for link in links_in(store)} == {LinkState.ACCEPTED}


def test_values_that_name_nobody_link_nobody(store):
    blocked = ["0", "000-000", "-1", "null", "NULL", "anonymous", "", "undefined", "-"]
    for value in blocked:
        assert evidence_of(DEFAULT_RULES, source="web", observed_at=START, user_id="7", anonymous_id=value)[1] == []
    assert not observe(store, *(seen("7", f"anonymous_id:{value}") for value in blocked)).links


@pytest.mark.parametrize(
    ("kind", "value"), [("phone", "+"), ("phone", "+ (none)"), ("phone", "+0"), ("phone", "+00 000"),
                        ("user_id", "\u200b"), ("user_id", "\0"), ("email", "\ufeff")],
)  # fmt: skip
def test_what_cannot_be_seen_and_a_plus_before_nothing_name_nobody(kind, value):
    assert DEFAULT_RULES.identifier(kind, value) is None


def test_an_event_belongs_to_its_strongest_name_and_is_evidence_for_the_others():
    own, evidence = evidence_of(
        DEFAULT_RULES, source="web", observed_at=START, user_id=7, anonymous_id="x", email=" A@B.org", phone="+40 721"
    )
    assert own.key == "7"
    assert [(item.b.key, item.rule) for item in evidence] == [
        ("anonymous_id:x", "same_event"),
        ("email:a@b.org", "trait_email"),
        ("phone:+40721", "trait_phone"),
    ]


def test_what_was_observed_before_changes_nothing(store):
    observe(store, seen("1", "anonymous_id:x"))
    again = resolve(store, [seen("1", "anonymous_id:x", 3)])
    assert (again.links, again.moves, again.changes) == ((), {}, [])


def test_an_earlier_observation_that_arrives_late_decides_who_had_the_device_first(store):
    observe(store, seen("1", "anonymous_id:tablet", 5))
    found = observe(store, seen("2", "anonymous_id:tablet", 1))
    assert whose(store, "1", "anonymous_id:tablet", "2") == [number("1"), number("2"), number("2")]
    assert found.moves == {"anonymous_id:tablet": number("2")}


def test_what_is_decided_at_one_end_of_a_link_taken_back_leaves_the_other_end_alone(store):
    observe(store, seen("u0", "email:e0"))
    separate(store, "u1", "email:e0")
    unmerge(store, link_id("u1", "email:e0", "separate"))
    observe(store, seen("u1", "u3"))
    assert whose(store, "u0", "email:e0") == [number("u0")] * 2


def test_a_merge_by_a_person_knows_no_limit_and_is_undone_exactly(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    before = owners_in(store)
    found = merge(store, number("u0"), number("u1"), "ann")
    assert owners_in(store)["u1"] == owners_in(store)["u0"] == number("u0")
    assert found.merged == {number("u0"): [number("u1")]}
    (link,) = links_in(store)
    assert (link.rule, link.made_by) == ("merge", "ann")
    assert store.kept("identity_decision", link.id)[0].made_by == "ann"
    unmerge(store, link.id, "bob")
    assert owners_in(store) == before


def test_a_merge_that_was_taken_back_can_be_made_again(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    merge(store, number("u0"), number("u1"))
    unmerge(store, links_in(store)[0].id)
    merge(store, number("u0"), number("u1"))
    assert owners_in(store)["u1"] == number("u0")
    with pytest.raises(NotFound):
        merge(store, number("u0"), 12345)
    with pytest.raises(Invalid):
        merge(store, number("u0"), number("u0"))


def test_an_automatic_link_that_was_taken_back_stays_so_when_it_is_observed_again(store):
    observe(store, seen("1", "anonymous_id:x"))
    unmerge(store, link_id("1", "anonymous_id:x", "same_event"))
    observe(store, seen("1", "anonymous_id:x", 4), seen("1", "anonymous_id:x", -4))
    assert whose(store, "1", "anonymous_id:x") == [number("1"), number("anonymous_id:x")]
    with pytest.raises(Conflict):
        unmerge(store, links_in(store)[0].id)
    restore(store, links_in(store)[0].id)
    assert whose(store, "anonymous_id:x") == [number("1")]


def test_what_is_separated_for_ever_no_evidence_and_no_merge_joins(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    observe(store, seen("u0", "email:e0"), seen("email:e0", "anonymous_id:a0", 1))
    separate(store, "u0", "anonymous_id:a0", "ann")
    assert whose(store, "u0", "email:e0", "anonymous_id:a0") == [number("u0"), number("u0"), number("anonymous_id:a0")]
    observe(store, seen("u0", "anonymous_id:a0", 2))
    assert whose(store, "anonymous_id:a0") == [number("anonymous_id:a0")]
    with pytest.raises(Conflict, match="separated"):
        merge(store, number("u0"), number("anonymous_id:a0"))
    unmerge(store, link_id("u0", "anonymous_id:a0", "separate"))
    assert whose(store, "anonymous_id:a0") == [number("u0")]


def test_a_preview_says_what_would_change_and_changes_nothing(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    before = owners_in(store), store.stamp()
    preview = preview_merge(store, number("u0"), number("u1"))
    assert (preview.into, preview.moved) == (number("u0"), 7)
    assert [side.interactions for side in preview.sides] == [7, 7]
    plan = next(change for change in preview.traits if change.name == "plan")
    assert (sorted(plan.values), plan.kept) == (["0", "1"], "1")
    assert preview.metrics == {
        "csat": 0, "nps": 2, "ces": 0, "retention": 4, "churn": 4, "fcr": 4, "resolution_time": 4, "referral_rate": 2,
    }  # fmt: skip
    assert (owners_in(store), store.stamp()) == before


def test_a_preview_counts_what_each_of_the_eight_metrics_reads():
    from regard.metrics.catalogue import METRICS
    from regard.profiles.merging import BEARS_ON, SURVEYED

    assert set(BEARS_ON) | set(SURVEYED) == {metric.key for metric in METRICS}
    for metric in METRICS:
        if metric.key in BEARS_ON:
            assert set(metric.reads) <= set(BEARS_ON[metric.key])


def test_merging_and_taking_it_back_are_told(store, tmp_path):
    store.append(Batch(lives(tmp_path)))
    heard = []
    for event in (ProfilesMerged, ProfilesUnmerged):
        subscribe(event, heard.append)
    merge(store, number("u0"), number("u1"), workspace="shop")
    unmerge(store, links_in(store)[0].id, workspace="shop")
    for event in (ProfilesMerged, ProfilesUnmerged):
        unsubscribe(event, heard.append)
    assert heard == [
        ProfilesMerged("shop", number("u0"), [number("u1")]),
        ProfilesUnmerged("shop", number("u0"), sorted([number("u0"), number("u1")])),
    ]


def test_rules_are_kept_as_versions_and_evidence_can_be_read_again_by_them(store):
    observe(store, seen("1", "anonymous_id:tablet"), seen("2", "anonymous_id:tablet", 1))
    two = IdentityRules([IdentifierRule("user_id", 1, 2)], DEFAULT_RULES.others)
    keep_rules(store, two, "ann")
    assert rules_of(store).rule_for("user_id").limit == 2
    write(store, resolve_again(store))
    assert whose(store, "2") == [number("1")]
    keep_rules(store, DEFAULT_RULES)
    write(store, resolve_again(store))
    assert whose(store, "2") == [number("2")]
    assert len(store.kept("identity_rules", all_versions=True)) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"identifiers": "email"}, "identifiers"),
        ({"identifiers": [3]}, "identifiers"),
        ({"identifiers": [{"kind": "E-Mail", "priority": 1, "limit": 1}]}, "kind"),
        ({"identifiers": [{"kind": "email", "priority": True, "limit": 1}]}, "priority"),
        ({"identifiers": [{"kind": "email", "priority": 1, "limit": 1, "per_days": 0}]}, "per_days"),
        ({"identifiers": [{"kind": "email", "priority": 1, "limit": 1}] * 2}, "identifiers"),
        ({"identifiers": [], "blocked": ["("]}, "blocked"),
        ({"identifiers": [], "blocked": "null"}, "blocked"),
        ({"identifiers": [], "blocked": None}, "blocked"),
        ({"identifiers": [], "others": 3}, "others"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_by_field(body, field):
    with pytest.raises(Invalid) as refused:
        rules_from(body)
    assert refused.value.field == field


# --- properties ----------------------------------------------------------------------------------------------------

SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def agrees(store):
    links = links_in(store)
    states, profiles = plainly(links)
    assert {link.id: link.state for link in links} == states
    assert profiles_in(store) == profiles


@SLOW
@given(st.lists(EVIDENCE, max_size=30), st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_order_in_which_evidence_arrives_does_not_matter(evidence, chance, parts):
    found = []
    for _ in range(2):
        with open_store(IN_MEMORY) as store:
            for place in range(parts):
                observe(store, *evidence[place::parts])
            agrees(store)
            found.append((links_in(store), profiles_in(store)))
        chance.shuffle(evidence)
    assert found[0] == found[1]


STEPS = st.one_of(
    st.tuples(st.just("observe"), st.lists(EVIDENCE, min_size=1, max_size=4)),
    st.tuples(st.just("merge"), st.tuples(IDENTIFIERS, IDENTIFIERS)),
    st.tuples(st.just("separate"), st.tuples(IDENTIFIERS, IDENTIFIERS)),
    st.tuples(st.sampled_from(["unmerge", "restore"]), st.integers(0, 50)),
)


def do(store, step):
    """One step; what cannot be done is refused in words, and changes nothing."""
    what, given = step
    if what == "observe":
        observe(store, *given)
        return
    try:
        if what == "merge":
            merge(store, *whose(store, given[0].key, given[1].key))
        elif what == "separate":
            separate(store, given[0].key, given[1].key)
        elif links := links_in(store):
            {"unmerge": unmerge, "restore": restore}[what](store, links[given % len(links)].id)
    except (Conflict, Invalid):
        return


def everything(store):
    """All that a reader can see of a company: whose rows are whose, and every figure."""
    forget()
    figures = metrics.measure_many(store, [metric.key for metric in metrics.METRICS])
    return owners_in(store), {name: [figure.estimate for figure in found.figures] for name, found in figures.items()}


@SLOW
@given(st.lists(STEPS, max_size=14), st.lists(STEPS, min_size=1, max_size=8))
def test_profiles_and_every_metric_return_to_what_they_were(before, after):
    with tempfile.TemporaryDirectory() as folder, open_store(IN_MEMORY) as store:
        store.append(Batch(lives(Path(folder))))
        for place, step in enumerate(before):
            with clock.frozen(LATER + timedelta(hours=place)):
                do(store, step)
            agrees(store)
        kept, states = everything(store), {link.id: link for link in links_in(store)}
        for place, step in enumerate(after):
            with clock.frozen(LATER + timedelta(days=5, hours=place)):
                do(store, step)
            agrees(store)
        undo(store, states)
        assert everything(store) == kept
        agrees(store)


def undo(store, before):
    """Take back what is new and restore what was taken back; the links that evidence moved are put as they were."""
    for link in links_in(store):
        was = before.get(link.id)
        if link.state is not LinkState.REVOKED and (was is None or was.state is LinkState.REVOKED):
            unmerge(store, link.id)
    for link in links_in(store):
        was = before.get(link.id)
        if was is not None and was.state is not LinkState.REVOKED:
            from regard.profiles.resolving import redecided

            write(store, redecided(store, [was]))
