"""Identity rules for programs: read them, see what others would change, replace them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regard.accounts.api.operations import Field, Router, Schema, Text, needs
from regard.accounts.site import record_audit, store_of
from regard.profiles import tasks
from regard.profiles.reruling import RulesChange, change_rules, preview_rules
from regard.profiles.rules import DEFAULT_RULES, IdentityRules, as_body, rules_from, rules_of

router = Router()
EXAMPLE = {"x-example": {"body": as_body(DEFAULT_RULES)}}
Blocked = list[Text]


class OthersIn(Schema):
    """How every kind that has no rule of its own links."""

    priority: int = Field(ge=1, le=1000, description="1 is strongest; the strongest identifier numbers a profile.")
    limit: int = Field(ge=1, le=1000, description="How many of the kind a profile may gather.")
    per_days: int | None = Field(None, ge=1, le=1000, description="Within so many days; null: ever.")


class KindIn(OthersIn):
    """How one kind of identifier links."""

    kind: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="For example `user_id`.")
    blocked: Blocked = Field([], max_length=100, description="Regular expressions of values that name nobody.")


class RulesBody(Schema):
    """The identity rules of a workspace, whole."""

    identifiers: list[KindIn] = Field(max_length=50)
    others: OthersIn
    blocked: Blocked = Field(max_length=100, description="Values that name nobody, whatever their kind.")


class RulesChangeOut(Schema):
    """What rules change when all the evidence is read again by them."""

    profiles: int = Field(description="Profiles that hold other identifiers than before, or have another number.")
    merged: int = Field(description="Profiles that are gone into others.")
    split: int = Field(description="Profiles that fell apart.")
    identifiers: int = Field(description="Identifiers whose interactions belong to another profile than before.")
    links: dict[str, int] = Field(description="Evidence in another state than before, by the state it is in.")


@router.get("/rules", response=RulesBody, **needs("profiles:read"))
def get_identity_rules(request: HttpRequest) -> Any:
    """By which rules identifiers link."""
    return as_body(rules_of(store_of(request.workspace)))


@router.post("/rules/preview", response=RulesChangeOut, **needs("profiles:read", **EXAMPLE))
def preview_identity_rules(request: HttpRequest, given: RulesBody) -> Any:
    """What other rules would change. Nothing is written."""
    return _told(preview_rules(store_of(request.workspace), _rules(given)))


@router.put("/rules", response=RulesChangeOut, **needs("profiles:write", **EXAMPLE))
def put_identity_rules(request: HttpRequest, given: RulesBody) -> Any:
    """Replace the rules. They hold for all the evidence there is, and former rules bring back the former profiles."""
    prefix, workspace = request.key.prefix, request.workspace
    change = change_rules(store_of(workspace), _rules(given), f"key {prefix}", workspace=workspace.slug)
    told = {"key": prefix, "profiles": change.profiles, "moved": change.identifiers}
    record_audit(workspace, None, "identity rules kept", **told)
    tasks.refresh_now(workspace)
    return _told(change)


def _rules(given: RulesBody) -> IdentityRules:
    return rules_from(given.model_dump())


def _told(change: RulesChange) -> dict[str, Any]:
    names = ("profiles", "merged", "split", "identifiers", "links")
    return {name: getattr(change, name) for name in names}
