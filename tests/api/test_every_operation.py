"""Every operation of the API, by generation: without a key 401, without the scope 403, with it an answer; and the key of
another workspace finds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from regard.accounts.api.describing import described, operations
from regard.accounts.keys.model import SCOPES, Scope

pytestmark = pytest.mark.django_db
EXAMPLES = {"metric": "nps", "load": "load-1", "id": "1", "customer": "1", "key": "loyal"}
"""What is there in the full workspace."""


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    scope: str
    details: dict[str, Any]

    @property
    def example(self) -> str:
        return "/api/v1" + self.path.format(**EXAMPLES)

    def ask(self, client: Client) -> Any:
        """Ask with what the operation needs to know."""
        given = self.details.get("x-example", {})
        if self.method == "get":
            return client.get(self.example, given.get("query", {}))
        kind = {} if "form" in given else {"content_type": "application/json"}
        return client.generic(self.method.upper(), self.example, json.dumps(given.get("body", {})), **kind)


def every() -> Iterator[Operation]:
    for path, method, details in operations(described()):
        yield Operation(details["operationId"], method, path, details["x-scope"], details)


ALL = list(every())


def named(operation: Operation) -> str:
    return operation.name


def problem(answer: Any) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told.keys() >= {"type", "title", "detail", "code"}
    return told


def test_every_scope_is_of_some_use_and_is_explained() -> None:
    assert set(SCOPES) == set(Scope)
    assert {operation.scope for operation in ALL} <= set(Scope)


@pytest.mark.parametrize("operation", ALL, ids=named)
def test_without_a_key_there_is_no_answer(full, operation: Operation) -> None:
    for headers in ({}, {"Authorization": "Bearer rgd_guessed"}, {"Authorization": "Basic cmdkXzo="}):
        answer = operation.ask(Client(headers=headers))
        assert problem(answer)["code"] == "unauthorized"
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("operation", ALL, ids=named)
def test_a_key_without_the_scope_is_refused(full, program, operation: Operation) -> None:
    answer = operation.ask(program(*(scope for scope in Scope if scope != operation.scope)))
    assert (answer.status_code, problem(answer)["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("operation", ALL, ids=named)
def test_a_key_with_just_the_scope_is_answered(full, program, operation: Operation) -> None:
    answer = operation.ask(program(operation.scope))
    absent = {404, 422} if operation.method != "get" or "{" in operation.path else set()
    assert answer.status_code in {200, 201, 202, 204} | absent
    assert str(answer.status_code) in operation.details["responses"]
    assert answer.headers["RateLimit-Policy"] == '"key";q=600;w=60'


NAMED = [one for one in ALL if "{" in one.path and "{metric}" not in one.path and one.method != "put"]
"""Operations on one thing; PUT makes its own where there is none."""


@pytest.mark.parametrize("operation", NAMED, ids=named)
def test_the_key_of_another_workspace_finds_nothing(full, elsewhere, program, operation: Operation) -> None:
    assert operation.ask(program(of=elsewhere)).status_code == 404


@pytest.mark.parametrize("operation", ALL, ids=named)
def test_methods_that_there_are_not_are_refused_as_problems(full, program, operation: Operation) -> None:
    answer = program().generic("TRACE", operation.example)
    assert problem(answer)["code"] == "method_not_allowed"
    assert operation.method.upper() in answer.headers["Allow"]


def test_every_operation_is_behind_the_door() -> None:
    for operation in ALL:
        assert resolve(operation.example).view_name == "api:door"
    with pytest.raises(Resolver404):
        resolve("/api/v2/metrics")
