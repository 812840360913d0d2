"""The description of the API: whole enough to make a client of, and a page that needs nobody else."""

from __future__ import annotations

import json
import re

import pytest
from ninja import Schema

from regard.accounts.api.describing import described, operations

ALL = [(f"{method} {path}", operation) for path, method, operation in operations(described())]


def test_the_description_is_openapi_that_anybody_may_read(client, db) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == described()
    assert answer.json()["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere() -> None:
    for found in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(described()))):
        place = described()
        for step in found.removeprefix("#/").split("/"):
            place = place[step]


def test_no_two_kinds_of_body_share_a_name() -> None:
    """Of two the description would keep one, and describe the other's answers by it."""
    models, waiting = set[type[Schema]](), [Schema]
    while waiting:
        waiting += (found := waiting.pop()).__subclasses__()
        models.add(found)
    ours = [model.__name__ for model in models if model.__module__.startswith("regard.")]
    meant = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described())))
    assert sorted(name for name in meant if ours.count(name) > 1) == []


def test_operations_have_names_of_their_own_words_and_a_scope() -> None:
    names = [operation["operationId"] for _name, operation in ALL]
    assert len(set(names)) == len(names)
    assert all(operation["description"] and operation["x-scope"] for _name, operation in ALL)


@pytest.mark.parametrize("name, operation", ALL, ids=[name for name, _operation in ALL])
def test_answers_and_errors_are_typed(name: str, operation: dict) -> None:
    fine = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    assert len(fine) == 1
    assert name.startswith("delete ") or "schema" in fine[0]["content"]["application/json"]
    assert {"400", "401", "403", "404", "422", "429", "503"} <= operation["responses"].keys()


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(client, db) -> None:
    page = client.get("/api/v1/docs").content.decode()
    for _name, operation in ALL:
        assert f'id="{operation["operationId"]}"' in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page)


def test_examples_of_requests_name_nothing_that_is_not_a_parameter() -> None:
    for name, operation in ALL:
        given = operation.get("x-example", {})
        known = {one["name"]: one["in"] for one in operation["parameters"]}
        assert all(known.get(one) == "path" for one in given.get("path", {})), name
        assert all(known.get(one) == "query" for one in given.get("query", {})), name


def test_examples_stand_where_openapi_has_them_for_programs_that_read_only_that() -> None:
    told = dict(ALL)
    period = next(one for one in told["get /metrics/{metric}/comparison"]["parameters"] if one["name"] == "a")
    assert period["example"] == "2026-Q1"
    for name, operation in told.items():
        body = operation.get("x-example", {}).get("body")
        if body is not None:
            assert operation["requestBody"]["content"]["application/json"]["example"] == body, name
