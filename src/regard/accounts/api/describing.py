"""The description of the API (OpenAPI 3.1), with what all operations share; and the page made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

from regard.accounts.api.assembly import api
from regard.accounts.api.once import WRITES

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` is stable; `remedy` says what to do about it.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail", "code"],
                "properties": {name: {"type": "string"} for name in ("field", "detail", "code")},
            },
        },
    },
}
PROBLEMS = {
    400: "The request cannot be read.",
    401: "There is no key that can be used.",
    403: "The key has not the scope.",
    404: "There is no such thing in the key's workspace.",
    422: "A value cannot be used; `field` names it.",
    429: "Too many requests: wait `Retry-After` seconds.",
    503: "Not now: try again later.",
}
OF_WRITES = {
    409: "It clashes with what is there, or is being worked on.",
    413: "Too large; nothing of it was kept.",
    415: "The body is of a kind that is not read here.",
}
IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "A name of yours for this write: sent again within a day, it changes nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
RATE = {
    "RateLimit-Policy": {"description": "Requests a minute that the key may make.", "schema": {"type": "string"}},
    "RateLimit": {"description": "How many of them are left.", "schema": {"type": "string"}},
}


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="")))
    document["components"]["schemas"]["Problem"] = PROBLEM
    document["components"]["responses"] = {
        str(status): _problem(about) for status, about in {**PROBLEMS, **OF_WRITES}.items()
    }
    for _path, method, operation in operations(document):
        _complete(operation, is_write=method.upper() in WRITES)
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of an OpenAPI document: path, method, details."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _problem(about: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": about, "headers": RATE, "content": {"application/problem+json": {"schema": schema}}}


def _complete(operation: dict[str, Any], *, is_write: bool) -> None:
    """Say of one operation what is so of all."""
    for status in [*PROBLEMS, *(OF_WRITES if is_write else ())]:
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["headers"] = {**response.get("headers", {}), **RATE}
    if is_write:
        operation["parameters"].append(IDEMPOTENCY)
    _exemplify(operation, operation.get("x-example", {}))


def _exemplify(operation: dict[str, Any], given: dict[str, Any]) -> None:
    """The example of the page where OpenAPI has it, for the programs that read it there."""
    for one in operation["parameters"]:
        if one["name"] in (values := given.get(one["in"], {})):
            one["example"] = values[one["name"]]
    if "body" in given:
        for content in operation["requestBody"]["content"].values():
            content["example"] = given["body"]


# --- the page ----------------------------------------------------------------------------------------------------


def operations_by_tag(base: str) -> list[dict[str, Any]]:
    """What the page shows: the operations of each tag, each with an example request and answer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, method, operation in operations(described()):
        found.setdefault(operation["tags"][0], []).append(_shown(base, path, method, operation))
    return [{"tag": tag, "operations": shown} for tag, shown in found.items()]


def _shown(base: str, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    status, response = next(item for item in operation["responses"].items() if item[0].startswith("2"))
    schema = next((one["schema"] for one in response.get("content", {}).values()), None)
    answer = None if schema is None else operation.get("x-answer", example_of(schema))
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": f"/api/v1{path}",
        "summary": operation["summary"],
        "about": operation.get("description", ""),
        "scope": operation["x-scope"],
        "parameters": [_parameter(one) for one in operation["parameters"]],
        "curl": curl_of(base, path, method, operation),
        "status": status,
        "answer": "" if answer is None else json.dumps(answer, indent=2, ensure_ascii=False),
    }


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    schema = one["schema"]
    kinds = [kind.get("format") or kind.get("type") for kind in schema.get("anyOf", [schema])]
    choices = next((kind["enum"] for kind in schema.get("anyOf", [schema]) if "enum" in kind), ())
    about = one.get("description") or schema.get("description", "")
    named = " | ".join(map(str, choices)) or ", ".join(str(kind) for kind in kinds if kind not in ("null", None))
    return {"name": one["name"], "in": one["in"], "kind": named, "is_required": one["required"], "about": about}


def curl_of(base: str, path: str, method: str, operation: dict[str, Any]) -> str:
    """A request that can be pasted into a shell where ``REGARD_KEY`` holds a key."""
    given = operation.get("x-example", {})
    for name, value in given.get("path", {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    query = f"?{urlencode(given['query'], doseq=True)}" if given.get("query") else ""
    lines = [f"curl '{base}/api/v1{path}{query}'", '-H "Authorization: Bearer $REGARD_KEY"']
    lines += [f"-X {method.upper()}"] if method != "get" else []
    lines += [f"-F {name}={value}" for name, value in given.get("form", {}).items()]
    if "body" in given:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(given['body'], ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def example_of(schema: dict[str, Any], depth: int = 0) -> Any:
    """An answer that fits a schema: its own example, its default, or the plainest value of its kind."""
    schema = _followed(schema)
    for said in ("example", "const", "default"):
        if schema.get(said) is not None:
            return schema[said]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object" or "properties" in schema:
        return {name: example_of(one, depth + 1) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [example_of(schema["items"], depth + 1)] if depth < 6 else []
    plain = {"integer": 1, "number": 0.5, "boolean": True, "null": None, "date": "2026-05-01"}
    plain["date-time"] = "2026-05-01T12:00:00Z"
    return plain.get(schema.get("format") or schema.get("type", ""), "…")


def _followed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, or the first that is not null of several."""
    if "$ref" in schema:
        return _followed(described()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    return _followed(next(one for one in several if one.get("type") != "null")) if several else schema
