"""What an operation is made of: a router, the scope it needs, and its values. Storeys write theirs with these."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status
from ninja.security import HttpBearer

from regard.accounts.api.paging import Page, Paging, cursor_after
from regard.accounts.api.values import Day, Instant, Text, Version, utc
from regard.accounts.keys.model import Scope
from regard.accounts.keys.models import Key
from regard.base import Forbidden
from regard.base.words import said

__all__ = [
    "Day",
    "Field",
    "Instant",
    "Page",
    "Paging",
    "Path",
    "Query",
    "Router",
    "Schema",
    "Scope",
    "Status",
    "Text",
    "Version",
    "cursor_after",
    "needs",
    "utc",
]


class Bearer(HttpBearer):
    """A key as bearer token, with the scope that the operation needs. The door has found the key already."""

    def __init__(self, scope: Scope):
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Key | None:
        key: Key | None = getattr(request, "key", None)
        if key and not key.may(self.scope):
            raise Forbidden(
                said("this key may not do that"), code="scope_missing", remedy=said("make one with {s}", s=self.scope)
            )
        return key

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        """Ninja's own hook; the key is not read twice."""
        return self(request)


def needs(scope: str, **more: Any) -> dict[str, Any]:
    """What an operation declares: ``@router.get("", **needs("metrics:read"), response=…)``."""
    wanted = Scope(scope)
    return {"auth": Bearer(wanted), "openapi_extra": {"x-scope": wanted.value, **more}}
