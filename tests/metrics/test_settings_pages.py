"""The pages of the definitions: changing a rule makes a version, and says so in the audit log."""

from __future__ import annotations

import re

import pytest

from regard.accounts.site import AuditEntry, store_of
from regard.metrics import METRICS, definition_of, settings_of, versions_of
from regard.metrics.forms import RulesForm

pytestmark = pytest.mark.django_db
FCR = {"based_on": 0, "window_days": 14, "max_contacts": 1, "max_reassignments": 0}


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_everybody_sees_the_rules_and_only_some_may_change_them(workspace, signed_in):
    said = text(signed_in("viewer").get("/w/harbour/settings/metrics/"))
    assert "1-5: 4" in said
    assert "Change" not in said
    assert "Change" in text(signed_in("analyst").get("/w/harbour/settings/metrics/"))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_every_metric_has_a_form_whose_own_values_are_valid(metric):
    shown = RulesForm(metric, initial={**metric.defaults(), "based_on": 0})
    sent = {name: shown[name].value() for name in shown.fields}
    form = RulesForm(metric, {name: "" if value is None else value for name, value in sent.items()})
    assert form.is_valid(), form.errors
    assert form.rules == metric.defaults()


def test_changing_a_rule_makes_a_version_with_its_author_and_an_audit_entry(workspace, signed_in):
    answer = signed_in("analyst").post("/w/harbour/settings/metrics/fcr/", FCR, follow=True)
    assert "Window in days: 7 → 14" in text(answer)
    store = store_of(workspace)
    made = definition_of(store, "fcr")
    assert (made.version, made.rules["window_days"], made.made_by) == (1, 14, "analyst@example.org")
    assert definition_of(store, "fcr", 0).rules["window_days"] == 7
    entry = AuditEntry.objects.of(workspace).get()
    assert (entry.what, entry.on, entry.details) == ("definition changed", "fcr", {"version": 1})


def test_sending_the_same_rules_again_makes_no_version(workspace, signed_in):
    signed_in("analyst").post("/w/harbour/settings/metrics/fcr/", {**FCR, "window_days": 7})
    assert len(versions_of(store_of(workspace), "fcr")) == 1


def test_two_people_who_change_a_rule_at_once_do_not_overwrite_each_other(workspace, signed_in):
    browser = signed_in("analyst")
    browser.post("/w/harbour/settings/metrics/fcr/", FCR)
    answer = browser.post("/w/harbour/settings/metrics/fcr/", {**FCR, "window_days": 30})
    assert answer.status_code == 422
    assert "Somebody changed these rules meanwhile" in text(answer)
    assert definition_of(store_of(workspace), "fcr").rules["window_days"] == 14


@pytest.mark.parametrize(
    ("metric", "sent", "said"),
    [
        ("fcr", {**FCR, "window_days": 0}, "whole number from 1 to 365"),
        ("fcr", {**FCR, "max_contacts": ""}, "required"),
        ("csat", {"based_on": 0, "top": "1-5", "touchpoint": "", "weights": "use"}, "Write each line as 1-5: 4"),
        ("csat", {"based_on": 0, "top": "1-5: 9", "touchpoint": "", "weights": "use"}, "This must"),
        ("resolution_time", {"based_on": 0, "clock": "moon", "until": "resolved"}, "moon"),
        ("retention", {"based_on": 0, "active_days": 90, "qualifying": ""}, "required"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_beside_its_field(workspace, signed_in, metric, sent, said):
    answer = signed_in("analyst").post(f"/w/harbour/settings/metrics/{metric}/", sent)
    assert answer.status_code == 422
    assert said in text(answer)
    assert definition_of(store_of(workspace), metric).version == 0


def test_the_desk_may_open_several_times_a_day_and_close_on_holidays(workspace, signed_in):
    sent = {"monday": "09:00-12:30, 13:30-17:00", "friday": "22:00-02:00", "holidays": "2026-12-25\n2026-12-26"}
    answer = signed_in("analyst").post("/w/harbour/settings/metrics/hours/", sent, follow=True)
    assert "09:00-12:30, 13:30-17:00" in text(answer)
    kept = settings_of(store_of(workspace)).calendar
    assert kept["hours"] == {"monday": [["09:00", "12:30"], ["13:30", "17:00"]], "friday": [["22:00", "02:00"]]}
    assert kept["holidays"] == ["2026-12-25", "2026-12-26"]
    assert AuditEntry.objects.of(workspace).get().what == "business hours changed"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"monday": "nine to five"}, "a start and an end"),
        ({"monday": "09:00-13:00, 12:00-17:00"}, "overlap"),
        ({"monday": "09:00-17:00", "holidays": "Christmas"}, "not a date"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_and_kept_on_the_form(workspace, signed_in, sent, said):
    answer = signed_in("analyst").post("/w/harbour/settings/metrics/hours/", sent)
    assert answer.status_code == 422
    assert said in text(answer)
    assert sent["monday"] in answer.content.decode()
    assert settings_of(store_of(workspace)).calendar is None


def test_a_viewer_may_not_change_anything(workspace, signed_in):
    browser = signed_in("viewer")
    assert browser.get("/w/harbour/settings/metrics/fcr/").status_code == 403
    assert browser.post("/w/harbour/settings/metrics/fcr/", FCR).status_code == 403
    assert browser.post("/w/harbour/settings/metrics/hours/", {"monday": "09:00-17:00"}).status_code == 403


def test_a_day_without_hours_says_closed_instead_of_looking_open(workspace, signed_in):
    page = signed_in("manager").get("/w/harbour/settings/metrics/hours/").content.decode()
    assert page.count('placeholder="closed"') == 7
