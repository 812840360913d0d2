"""Roles and the rights each has: one table, read by the site, the tests and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """Something that a member of a workspace may be allowed to do."""

    VIEW_METRICS = "view_metrics"
    VIEW_ROWS = "view_rows"  # personal data: single interactions and the customers' own words
    EXPORT = "export"
    MERGE_PROFILES = "merge_profiles"
    IMPORT_DATA = "import_data"
    MANAGE_SURVEYS = "manage_surveys"
    MANAGE_SOURCES = "manage_sources"
    EDIT_DEFINITIONS = "edit_definitions"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_WORKSPACE = "manage_workspace"
    VIEW_AUDIT = "view_audit"


class Role(StrEnum):
    """What somebody is in a workspace; from most to least rights."""

    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"
    AGENT = "agent"
    VIEWER = "viewer"


_VIEWER = frozenset({Right.VIEW_METRICS})
_AGENT = _VIEWER | {Right.VIEW_ROWS, Right.MERGE_PROFILES}
_ANALYST = _AGENT | {Right.EXPORT, Right.IMPORT_DATA, Right.MANAGE_SURVEYS, Right.EDIT_DEFINITIONS}
_MANAGER = _ANALYST | {Right.MANAGE_SOURCES, Right.MANAGE_MEMBERS, Right.VIEW_AUDIT}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: _MANAGER,
    Role.ANALYST: _ANALYST,
    Role.AGENT: _AGENT,
    Role.VIEWER: _VIEWER,
}


def rights_of(role: Role | str) -> frozenset[Right]:
    """The rights of a role.

    >>> Right.VIEW_ROWS in rights_of("viewer")
    False
    """
    return RIGHTS[Role(role)]


def may_grant(granter: Role | str, role: Role | str) -> bool:
    """May somebody with one role give or take another? Nobody may hand out rights that they do not have.

    >>> may_grant("manager", "analyst"), may_grant("manager", "owner"), may_grant("viewer", "viewer")
    (True, False, False)
    """
    return Right.MANAGE_MEMBERS in rights_of(granter) and rights_of(role) <= rights_of(granter)
