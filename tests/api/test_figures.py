"""Figures for programs are the figures of the notebook."""

from __future__ import annotations

import pytest

from regard.accounts.site import store_of
from regard.metrics import CATALOGUE, Slice, compare, explain, measure

pytestmark = pytest.mark.django_db


def test_a_figure_comes_with_interval_n_unit_and_query(full, program) -> None:
    told = program().get("/api/v1/metrics/nps").json()
    estimate = measure(store_of(full), "nps").figures[0].estimate
    figure = told["figures"][0]
    assert (figure["value"], figure["low"], figure["high"]) == (estimate.value, estimate.low, estimate.high)
    assert (figure["n"], figure["unit"]) == (240, "points")
    assert "SELECT" in told["sql"]
    assert told["definition"]["version"] == 0


def test_figures_come_by_group_and_period(full, program) -> None:
    asked = {"by": "channel", "every": "month", "where": ["channel=app", "channel=email"]}
    figures = program().get("/api/v1/metrics/nps", asked).json()["figures"]
    assert {figure["group"] for figure in figures} == {"app", "email"}
    assert figures[0]["period"] == {"start": "2026-02-01", "end": "2026-03-01"}


def test_every_metric_is_listed_and_measured(full, program) -> None:
    client = program()
    listed = client.get("/api/v1/metrics").json()
    assert [metric["key"] for metric in listed] == list(CATALOGUE)
    assert {client.get(f"/api/v1/metrics/{key}").status_code for key in CATALOGUE} == {200}


def test_a_comparison_is_that_of_the_notebook(full, program) -> None:
    told = program().get("/api/v1/metrics/nps/comparison", {"a": "app", "b": "email", "by": "channel"}).json()
    found = compare(store_of(full), "nps", "app", "email", Slice(by="channel")).overall.difference
    assert told["overall"]["difference"]["value"] == found.value
    assert told["overall"]["difference"]["change"] == "down"


def test_an_explanation_is_that_of_the_notebook(full, program) -> None:
    asked = {"a": "2026-Q1", "b": "2026-Q2", "by": "channel"}
    told = program().get("/api/v1/metrics/nps/explanation", asked).json()
    found = explain(store_of(full), "nps", "2026-Q1", "2026-Q2", Slice(by="channel")).split
    assert [(group["group"], group["mix"]["value"]) for group in told["groups"]] == [
        (group.group, group.mix.value) for group in found.groups
    ]


@pytest.mark.parametrize(
    "asked, field",
    [
        ({"by": "nothing_like_it"}, "by"),
        ({"where": "channel"}, "where"),
        ({"period": "2026", "start": "2026-01-01"}, "period"),
        ({"start": "2026-02-30"}, "start"),
        ({"start": "1483142400"}, "start"),
        ({"start": "9999-01-01"}, "start"),
        ({"start": "2026-05-01", "end": "2026-04-01"}, "end"),
        ({"as_of": "2026-01-01T00:00:00"}, "as_of"),
        ({"every": "fortnight"}, "every"),
        ({"version": "99"}, "version"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(full, program, asked, field) -> None:
    answer = program().get("/api/v1/metrics/nps", asked)
    assert answer.status_code in {404, 422}
    assert answer.json()["field"] == field


def test_an_unknown_metric_is_told_which_there_are(full, program) -> None:
    answer = program().get("/api/v1/metrics/happiness")
    assert (answer.status_code, answer.json()["field"]) == (422, "metric")
    assert "'nps'" in answer.json()["errors"][0]["detail"]


def test_an_answer_that_has_not_changed_is_not_sent_again(full, program) -> None:
    client = program()
    etag = client.get("/api/v1/metrics/nps").headers["ETag"]
    again = client.get("/api/v1/metrics/nps", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_head_is_answered_as_get_is_without_the_body(full, program) -> None:
    """RFC 9110: whoever answers GET answers HEAD; link checkers and caches ask so."""
    client = program()
    whole, head = client.get("/api/v1/metrics"), client.head("/api/v1/metrics")
    kind = whole.headers["Content-Type"]
    assert (head.status_code, head.headers["Content-Type"], head.content) == (200, kind, b"")
    assert client.head("/api/v1/metrics/nothing").status_code == 422
    assert client.head("/api/v1/segments/count").status_code == 405  # POST only
    assert client.delete("/api/v1/metrics").headers["Allow"] == "GET, HEAD"
