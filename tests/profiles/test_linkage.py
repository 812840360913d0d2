"""Suggestions of who may be one person: trained without labels, measured with them, decided by people."""

from __future__ import annotations

import csv
import gzip
import random
import sys
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.duplicates import customer_file
from regard.base import Conflict, Invalid, NotFound, Unavailable
from regard.profiles import (
    accept_suggestion,
    blocking,
    comparing,
    customers_of,
    link_suggestions,
    measure_linkage,
    refresh_profiles,
    refuse_suggestion,
    spelling,
    suggest_links,
    unmerge,
)
from regard.profiles.linkage import likenesses
from regard.stream import IN_MEMORY, open_store
from tests.profiles.evidence import links_in
from tests.profiles.test_people import event, load

pytestmark = pytest.mark.long


def read(path):
    with gzip.open(path, "rt") as file:
        return [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(file)]


def pairs(groups):
    members = defaultdict(list)
    for key, group in groups:
        members[group].append(key)
    return [pair for keys in members.values() for pair in combinations(keys, 2)]


@pytest.fixture(scope="module")
def fake(shared_data):
    rows = read(shared_data / "identity" / "fake_1000.csv.gz")
    labels = pairs((row["unique_id"], row.pop("cluster")) for row in rows)
    return rows, labels


@pytest.mark.data
def test_suggestions_on_labelled_people_are_nearly_all_right(fake):
    rows, labels = fake
    found = {item.probability: item for item in measure_linkage(rows, labels, key="unique_id")}
    assert found[0.9].precision > 0.98
    assert found[0.5].recall > 0.75
    assert [item.suggested for item in found.values()] == sorted(
        (item.suggested for item in found.values()), reverse=True
    )


@pytest.mark.data
def test_a_decision_in_the_queue_is_kept_and_never_asked_again(fake, tmp_path):
    rows, _ = fake
    with open_store(IN_MEMORY) as store:
        names = {"first_name": "firstName", "surname": "lastName", "email": "email", "city": "city", "dob": "dob"}
        traits = [{names[key]: value for key, value in row.items() if key in names and value} for row in rows[:400]]
        events = [event(str(place), "Profile Updated", properties=told) for place, told in enumerate(traits)]
        load(store, tmp_path, *events)
        refresh_profiles(store)
        made = suggest_links(store)
        queue = link_suggestions(store)
        assert {item.id for item in made} == {item.id for item in queue}
        assert queue[0].reasons[0].weight > 2
        assert {reason.field for reason in queue[0].reasons} <= {"first_name", "last_name", "email", "city", "dob"}
        first, second = queue[0], queue[-1]
        accept_suggestion(store, first.id, "ann")
        refuse_suggestion(store, second.id, "ann")
        assert len(set(customers_of(store, [first.a, first.b]).values())) == 1
        assert not {first.id, second.id} & {item.id for item in link_suggestions(store)}
        assert [item.decided_by for item in link_suggestions(store, "refused")] == ["ann"]
        refresh_profiles(store)
        assert not {first.id, second.id} & {item.id for item in suggest_links(store)}
        with pytest.raises(Conflict):
            accept_suggestion(store, second.id)
        with pytest.raises(NotFound):
            refuse_suggestion(store, "none")
        unmerge(store, links_in(store)[0].id)
        assert len(set(customers_of(store, [first.a, first.b]).values())) == 2


def test_people_who_tell_too_little_are_not_compared():
    with pytest.raises(Invalid, match="fewer than two columns"):
        likenesses([{"key": place, "name": f"name {place}", "plan": "pro"} for place in range(30)])
    assert likenesses([{"key": 1, "name": "a"}]) == []


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(Unavailable) as refused:
        likenesses([{"key": n, "name": f"n{n % 9}", "email": f"e{n % 9}"} for n in range(30)])
    assert "pip install 'regard[linkage]'" in refused.value.remedy


def test_people_invented_with_slips_of_the_pen_are_found_again():
    """Where one column's pairs teach nothing, what the other columns teach still counts."""
    rows, labels = invented(random.Random(3), 1200)
    found = {item.probability: item for item in measure_linkage(rows, labels)}
    assert found[0.99].precision > 0.85
    assert found[0.5].recall > 0.95


def invented(chance, size):
    """People of whom four in ten are there twice, the second time with slips and gaps."""
    given = [
        "Ana",
        "Ion",
        "Maria",
        "Petr",
        "Olga",
        "Wei",
        "Li",
        "Anna",
        "Jan",
        "Piotr",
        "Elena",
        "Mihai",
        "Irina",
        "Andrei",
        "Kasia",
        "Tomek",
        "Dana",
        "Radu",
    ]
    stems, ends = (
        ["Pop", "Iones", "Kowal", "Nowak", "Iva", "Petro", "Wang", "Zhang", "Smir", "Volk", "Duman", "Rus", "Stan"],
        ("", "cu", "ski", "ov"),
    )
    rows, labels = [], []
    for number in range(size):
        first, last = chance.choice(given), chance.choice(stems) + chance.choice(ends)
        born = f"19{chance.randrange(40, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        mail = f"{first}.{last}{chance.randrange(100)}@mail.example"
        phone = f"+407{chance.randrange(10**8):08}"
        person = {"first_name": first, "last_name": last, "dob": born, "email": mail, "phone": phone}
        rows.append({**person, "key": f"{number}"})
        if chance.random() < 0.4:
            rows.append({**{name: slipped(chance, value) for name, value in person.items()}, "key": f"{number}-again"})
            labels.append((f"{number}", f"{number}-again"))
    return rows, labels


def slipped(chance, text):
    place, luck = chance.randrange(1, max(2, len(text) - 1)), chance.random()
    return text[:place] + text[place + 1 :] if luck < 0.2 else "" if luck < 0.35 else text


def test_a_column_that_proves_a_pair_on_its_own_stops_no_comparison(shared_data) -> None:
    rows = read(shared_data / "identity" / "febrl1.csv.gz")
    random.Random(3).shuffle(rows)
    some = rows[:400]
    right = pairs((row["rec_id"], row["rec_id"].split("-")[1]) for row in some)
    [told] = measure_linkage(some, right, key="rec_id", thresholds=(0.5,))
    assert (told.precision, told.recall) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("view", "precision", "recall"),
    [("contacts", 0.85, 0.8), ("mails", 0.65, 0.6), ("addresses", 0.8, 0.9), ("everything", 0.9, 0.9)],
)
def test_customers_in_five_languages_are_found_again_among_families_namesakes_and_colleagues(view, precision, recall):
    records, right = customer_file(2000, seed=11, view=view)
    [told] = measure_linkage(records, right, thresholds=[0.5])
    assert told.precision >= precision
    assert told.recall >= recall


def test_a_family_in_one_house_with_one_phone_is_not_one_person():
    home = {"phone": "+40 721 000 111", "street": "Str. Florilor 3", "city": "Iași", "last_name": "Moldoveanu"}
    family = [
        {**home, "key": name, "first_name": name, "email": f"{name.lower()}@mail.example"}
        for name in ("Ion", "Raluca", "Vasile", "Mihaela")
    ]
    others, _ = customer_file(600, seed=4, view="everything")
    found = likenesses([*family, *others])
    assert found
    assert not {"Ion", "Raluca", "Vasile", "Mihaela"} & {item.a for item in found}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"name": "Щербаков Юрий", "phone": "8 (912) 345-67-89"},
            {"name": "Yury Shcherbakov", "phone": "+79123456789"},
        ),
        ({"name": "王建国", "phone": "138 1234 5678"}, {"name": "Jianguo Wang", "phone": "+86 13812345678"}),
        ({"name": "ȘTEFĂNESCU Ion", "phone": "0721 000 111"}, {"name": "Ion Stefanescu", "phone": "0040721000111"}),
        ({"name": "Małgorzata Zięba", "phone": "601 202 303"}, {"name": "gosia zieba", "phone": "+48601202303"}),
        ({"name": "Bill Thornbury", "phone": "07700 900123"}, {"name": "William Thornbury", "phone": "+447700900123"}),
    ],
)
def test_one_person_in_two_spellings_is_suggested(one, other):
    others, _ = customer_file(500, seed=8)
    found = likenesses([{"key": "one", "email": None, **one}, {"key": "other", "email": None, **other}, *others])
    assert ("one", "other") in {(item.a, item.b) for item in found}


def test_two_equal_records_are_suggested_however_few_there_are():
    ann = {"name": "Ann Lee", "email": "ann@mail.example"}
    [found] = likenesses([{"key": 1, **ann}, {"key": 2, **ann}])
    assert (found.a, found.b) == ("1", "2")
    assert [reason.values for reason in found.reasons if reason.field == "name"] == [("Ann Lee", "Ann Lee")]


NAMES = ("name", "e-mail", "phone", "born; DROP TABLE x", "select", "")


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={name: st.one_of(st.none(), st.text(max_size=12), st.sampled_from(
            ["a", "王", "\0", "\ud800", "2000-01-01", "31/31/0000", "a@b", "@", "0", "+", " ", "😀"]),
            st.floats(), st.integers(), st.booleans(), st.lists(st.integers(), max_size=1)) for name in NAMES}),
        max_size=40,
    )
)  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_data_is_too_odd_to_be_compared(rows):
    try:
        found = likenesses([{"key": place, **row} for place, row in enumerate(rows)], at_least=0)
    except Invalid as refused:
        assert refused.field == "columns"  # noqa: PT017 - told or refused, both are right
    else:
        assert all(0 <= item.probability <= 1 for item in found)


def test_pairs_stay_few_when_everybody_has_one_name():
    records = [{"key": n, "name": f"Jan {'Nowak' if n % 9 else n}", "phone": f"{n % 15_000}"} for n in range(30_000)]
    columns = blocking.keys(comparing.comparisons(records, ["name", "phone"]))
    pairs_by_key = [sum(n * (n - 1) // 2 for value, n in Counter(column).items() if value) for column in columns]
    assert max(pairs_by_key) <= 200_000


def test_the_queue_reads_an_address_that_is_one_trait(tmp_path):
    people = [{"firstName": f"Ann{n}", "lastName": f"Lee{n}", "address": {"street": f"Elm {n}", "city": "Hull"}}
              for n in range(40)]  # fmt: skip
    with open_store(IN_MEMORY) as store:
        load(store, tmp_path, *(event(str(n), "Profile Updated", properties=people[n // 2]) for n in range(80)))
        refresh_profiles(store)
        assert len(suggest_links(store)) == 40
        assert {"street", "last_name"} <= {reason.field for reason in link_suggestions(store)[0].reasons}


def test_a_table_of_very_many_columns_is_compared_by_those_whose_meaning_is_known():
    dice = random.Random(7)
    names = [*(f"note {place}" for place in range(40)), "name", "email", "phone"]
    people = [{name: "".join(dice.sample("abcdefghijklmnopqrstuvwxyz", 9)) for name in names} for _ in range(15)]
    mailed = [{**one, "email": f"{one['email']}@x.org", "phone": f"{dice.random()}"} for one in people]
    found = likenesses([{"key": n, **mailed[n // 2]} for n in range(30)])
    assert {(item.a, item.b) for item in found} == {(str(n), str(n + 1)) for n in range(0, 30, 2)}
    assert {"name", "email", "phone"} <= {reason.field for reason in found[0].reasons}


def test_people_who_never_come_twice_without_a_slip_are_found_among_very_many_namesakes():
    """As in RLdata: a thousand names for all, and every copy differs in exactly one thing."""
    chance = random.Random(5)
    given = [
        "Hans",
        "Karl",
        "Ursula",
        "Renate",
        "Peter",
        "Monika",
        "Werner",
        "Ingrid",
        "Klaus",
        "Helga",
        "Jürgen",
        "Sabine",
        "Petra",
        "Dieter",
        "Uwe",
    ]
    family = [f"{stem}{end}" for stem in ["Schmidt", "Fisch", "Web", "Beck", "Wagn", "Hof", "Mey", "Krüg", "Hart", "Lang", "Brau", "Zimm", "Schu"]
              for end in ("", "er", "mann", "ing", "bach")]  # fmt: skip
    rows, labels = [], []
    for number in range(4000):
        born = f"19{chance.randrange(30, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        one = {"first_name": chance.choice(given), "last_name": chance.choice(family), "dob": born}
        rows.append({"key": f"{number}", **one})
        if number % 10 == 0:
            field = chance.choice(list(one))
            other = f"{born[:-1]}{(int(born[-1]) + 1) % 10}" if field == "dob" else f"{one[field][:-1]}x"
            rows.append({"key": f"{number}-again", **one, field: other})
            labels.append((f"{number}", f"{number}-again"))
    [told] = measure_linkage(rows, labels, thresholds=[0.5])
    assert told.precision > 0.8
    assert told.recall > 0.7


def test_few_that_are_there_twice_are_not_taken_for_families():
    records, right = customer_file(4000, seed=21, view="everything", again=0.01)
    [told] = measure_linkage(records, right, thresholds=[0.5])
    assert told.precision > 0.8
    assert told.recall > 0.75


def test_numbers_are_not_alike_because_a_digit_is_repeated():
    assert spelling.sound("elm1") != spelling.sound("elm11")
    assert spelling.sound("anna") == spelling.sound("ana")
