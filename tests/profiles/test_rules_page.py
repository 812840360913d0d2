"""The page of identity rules: read, tried, kept once what they change was seen, and refused by field."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from regard.accounts.site import AuditEntry, store_of
from regard.profiles import DEFAULT_RULES, resolve, rules_of
from regard.profiles.identity.forms import RulesForm
from regard.profiles.rules import as_body
from regard.stream import Batch
from tests.profiles.evidence import lives, profiles_in, seen, write

AT = "/w/harbour/people/rules/"


@pytest.fixture
def shop(workspace, tmp_path: Path):
    store = store_of(workspace)
    store.append(Batch(lives(tmp_path)))
    write(store, resolve(store, [seen("u0", "anonymous_id:tablet"), seen("u1", "anonymous_id:tablet", 1)]))
    return workspace


@pytest.fixture
def owner(shop, signed_in) -> Client:
    return signed_in("owner")


def fields(**changes: str) -> dict[str, object]:
    """The form as it stands, with other values at some fields."""
    form = RulesForm(None, DEFAULT_RULES)
    values = {
        row.add_prefix(name): "" if row.initial[name] is None else str(row.initial[name])
        for row in form.rows
        for name in row.fields
    }
    rows = [row.prefix[1:] for row in form.rows if not row.is_others]
    return {**values, "row": rows, "blocked": form.blocked.initial["blocked"], "action": "preview", **changes}


def told(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def seen_in(answer) -> str:
    return re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]


def test_what_rules_would_change_is_shown_before_they_are_kept(shop, owner) -> None:
    two = {"r0-limit": "2"}
    tried = owner.post(AT, fields(**two))
    assert "2 profiles would hold other identifiers" in told(tried)
    assert "holds · 1" in told(tried)
    assert rules_of(store_of(shop)) == DEFAULT_RULES
    kept = owner.post(AT, fields(**two, action="keep", seen=seen_in(tried)))
    assert kept.url == AT
    assert rules_of(store_of(shop)).rule_for("user_id").limit == 2
    assert len(set(profiles_in(store_of(shop)).values())) == 1
    assert AuditEntry.objects.of(shop).get(what="identity rules kept").details == {"profiles": 2, "moved": 1}


def test_rules_whose_effect_nobody_has_seen_are_not_kept(shop, owner) -> None:
    seen = seen_in(owner.post(AT, fields(**{"r0-limit": "2"})))
    answer = owner.post(AT, fields(**{"r0-limit": "3"}, action="keep", seen=seen))
    assert "What would change" in told(answer)
    assert rules_of(store_of(shop)) == DEFAULT_RULES


def test_rules_that_change_nobody_say_so(owner) -> None:
    assert "No profile changes" in told(owner.post(AT, fields(**{"r1-limit": "6"})))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"r0-limit": "0"}, "r0-limit"),
        ({"r1-priority": ""}, "r1-priority"),
        ({"r1-kind": "E-Mail"}, "r1-kind"),
        ({"r2-per_days": "x"}, "r2-per_days"),
        ({"r2-blocked": "("}, "r2-blocked"),
        ({"others-limit": "1001"}, "others-limit"),
        ({"blocked": "ok\n(a+)+"}, "blocked"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(owner, change, place) -> None:
    answer = owner.post(AT, fields(**change))
    assert answer.status_code == 422
    assert f'id="id_{place}_error"' in answer.content.decode()


def test_two_rules_for_one_kind_are_refused(owner) -> None:
    answer = owner.post(AT, fields(**{"r1-kind": "phone"}))
    assert answer.status_code == 422
    assert "'phone' has two rules" in told(answer)


def test_kinds_are_added_and_left_out_without_losing_what_was_typed(owner) -> None:
    added = owner.post(AT, fields(**{"r0-limit": "7"}, action="add")).content.decode()
    assert 'name="r4-kind"' in added
    assert re.search(r'name="r0-limit" value="7"', added)
    left = owner.post(AT, fields(action="remove-3")).content.decode()
    assert 'name="r3-kind"' not in left
    assert 'name="r2-kind"' in left


def test_whoever_merges_reads_the_rules_and_only_the_owner_changes_them(shop, signed_in) -> None:
    agent = signed_in("agent")
    page = agent.get(AT)
    assert page.status_code == 200
    assert "Show what would change" not in told(page)
    assert "not change them" in told(agent.post(AT, fields(**{"r0-limit": "2"}), follow=True))
    assert signed_in("viewer").get(AT).status_code == 403
    assert rules_of(store_of(shop)) == DEFAULT_RULES


def test_the_form_unchanged_is_the_rules_as_they_are(db) -> None:
    from django.http import QueryDict

    given = QueryDict(mutable=True)
    for name, value in fields().items():
        given.setlist(name, value) if isinstance(value, list) else given.__setitem__(name, value)
    assert as_body(RulesForm(given, DEFAULT_RULES).rules()) == as_body(DEFAULT_RULES)
