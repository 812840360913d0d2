"""Merging for programs: what it would change, merging, and taking any evidence back, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from regard.accounts.api.operations import Field, Schema, Text, needs
from regard.accounts.site import record_audit, store_of
from regard.base import NotFound
from regard.base.ids import profile_number
from regard.base.words import said
from regard.profiles import tasks
from regard.profiles.api.profiles import SOMEBODY, Customer, number_of, router
from regard.profiles.evidence import MERGE
from regard.profiles.merging import merge, preview_merge, preview_unmerge, restore, unmerge
from regard.profiles.people import profile
from regard.profiles.resolving import Resolution
from regard.stream import Store

ANOTHER = {"x-example": {**SOMEBODY["x-example"], "body": {"other": "4077190275321337002"}}}
EVIDENCE = {"x-example": {**SOMEBODY["x-example"], "body": {"link": "9b1f0c6b0c3c4f0f9f6c7f3f6f1d2a3b"}}}


class OtherIn(Schema):
    """The profile to merge with."""

    other: Text = Field(description="Its number.")


class LinkIn(Schema):
    """A piece of evidence."""

    link: Text = Field(description="Its id, as in a profile's `evidence`.")


class SideOut(Schema):
    """A profile as it is before a merge."""

    customer: str
    identifiers: list[str]
    interactions: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    traits: dict[str, Any]


class TraitChangeOut(Schema):
    """A trait on which the profiles differ, and the value that the merged one will have."""

    name: str
    values: list[Any]
    kept: Any


class MergePreviewOut(Schema):
    """What a merge would change."""

    customer: str = Field(description="The number that stays.")
    sides: list[SideOut]
    moved: int = Field(description="Interactions that go to the merged profile.")
    traits: list[TraitChangeOut]
    metrics: dict[str, int] = Field(description="The interactions that each metric counts.")


class ChangedOut(Schema):
    """What a decision changed, or would change."""

    customer: str = Field(description="The profile's number afterwards.")
    link: str = Field(description="The evidence that was decided on: by it, the decision is taken back.")
    identifiers: int = Field(description="Those whose interactions belong to another profile than before.")
    merged: list[str] = Field(description="Profiles that are gone into another.")
    split: list[str] = Field(description="Profiles that one fell into.")


@router.post("/{customer}/merge/preview", response=MergePreviewOut, **needs("profiles:read", **ANOTHER))
def preview_merging(request: HttpRequest, customer: Customer, given: OtherIn) -> Any:
    """What merging two profiles would change. Nothing is written."""
    store = store_of(request.workspace)
    told = preview_merge(store, *_both(store, customer, given))
    sides = [{**asdict(side), "customer": str(side.number), "identifiers": [*side.keys]} for side in told.sides]
    changes = [asdict(one) for one in told.traits]
    return {
        "customer": str(told.into), "sides": sides, "moved": told.moved, "traits": changes, "metrics": told.metrics
    }  # fmt: skip


@router.post("/{customer}/merge", response=ChangedOut, **needs("profiles:write", **ANOTHER))
def merge_profiles(request: HttpRequest, customer: Customer, given: OtherIn) -> Any:
    """Make two profiles one, whatever limits say. It can be taken back, exactly."""
    store = store_of(request.workspace)
    a, b = _both(store, customer, given)
    done = merge(store, a, b, _who(request), workspace=request.workspace.slug)
    made = max((link for link in done.links if link.rule == MERGE), key=lambda link: link.observed_at)
    return _noted(request, "profiles merged", a, made.id, done)


@router.post("/{customer}/unmerge/preview", response=ChangedOut, **needs("profiles:read", **EVIDENCE))
def preview_unmerging(request: HttpRequest, customer: Customer, given: LinkIn) -> Any:
    """What taking a piece of evidence back would change. Nothing is written."""
    store = store_of(request.workspace)
    number = _owner(store, customer, given)
    done = preview_unmerge(store, given.link)
    return _told(_number_after(done, number), given.link, done)


@router.post("/{customer}/unmerge", response=ChangedOut, **needs("profiles:write", **EVIDENCE))
def unmerge_profiles(request: HttpRequest, customer: Customer, given: LinkIn) -> Any:
    """Take a piece of evidence back, whoever or whatever made it: profiles are as if it had never been seen."""
    return _decided(request, customer, given, unmerge, "link taken back")


@router.post("/{customer}/restore", response=ChangedOut, **needs("profiles:write", **EVIDENCE))
def restore_link(request: HttpRequest, customer: Customer, given: LinkIn) -> Any:
    """Let a piece of evidence that was taken back hold again."""
    return _decided(request, customer, given, restore, "link restored")


def _decided(request: HttpRequest, customer: str, given: LinkIn, decide: Callable[..., Resolution], what: str) -> Any:
    store = store_of(request.workspace)
    number = _owner(store, customer, given)
    done = decide(store, given.link, _who(request), workspace=request.workspace.slug)
    return _noted(request, what, number, given.link, done)


def _both(store: Store, customer: str, given: OtherIn) -> tuple[int, int]:
    return profile(store, number_of(customer)).number, profile(store, number_of(given.other, "other")).number


def _owner(store: Store, customer: str, given: LinkIn) -> int:
    """The profile's number. Raises NotFound for evidence of another."""
    found = profile(store, number_of(customer))
    if given.link not in {one.id for one in found.evidence}:
        raise NotFound(said("there is no such link"), field="link")
    return found.number


def _number_after(done: Resolution, number: int) -> int:
    """The number of the profile that holds now what gave the other its number."""
    return next((then for key, then in done.after.items() if profile_number(key) == number), number)


def _noted(request: HttpRequest, what: str, number: int, link: str, done: Resolution) -> dict[str, Any]:
    record_audit(request.workspace, None, what, link, key=request.key.prefix, moved=len(done.moves))
    tasks.refresh_now(request.workspace)
    return _told(_number_after(done, number), link, done)


def _told(number: int, link: str, done: Resolution) -> dict[str, Any]:
    merged = sorted(one for gone in done.merged.values() for one in gone)
    split = sorted(one for into in done.split.values() for one in into)
    return {
        "customer": str(number),
        "link": link,
        "identifiers": len(done.moves),
        "merged": [*map(str, merged)],
        "split": [*map(str, split)],
    }


def _who(request: HttpRequest) -> str:
    return f"key {request.key.prefix}"
