"""What a key may be allowed to do: one table, read by the API, the page, the tests and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from regard.base.words import marked


class Scope(StrEnum):
    """Something that a key may be allowed to do in its workspace."""

    METRICS_READ = "metrics:read"
    INTERACTIONS_READ = "interactions:read"  # personal data: single interactions and the customers' own words
    INTERACTIONS_WRITE = "interactions:write"
    PROFILES_READ = "profiles:read"  # personal data: who somebody is
    PROFILES_WRITE = "profiles:write"
    PROFILES_ERASE = "profiles:erase"  # for good: a right of its own
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    SURVEYS_READ = "surveys:read"
    SURVEYS_WRITE = "surveys:write"
    INVITATIONS_WRITE = "invitations:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"


SCOPES: Mapping[Scope, str] = {
    Scope.METRICS_READ: marked("Read figures, comparisons and definitions"),
    Scope.INTERACTIONS_READ: marked("Read single interactions, with the customers' own words (personal data)"),
    Scope.INTERACTIONS_WRITE: marked("Send interactions"),
    Scope.PROFILES_READ: marked("Read profiles and timelines (personal data)"),
    Scope.PROFILES_WRITE: marked("Merge profiles, take merges back, and change the identity rules"),
    Scope.PROFILES_ERASE: marked("Erase people for good, from everywhere"),
    Scope.SEGMENTS_READ: marked("Read segments, count them and list who belongs to them"),
    Scope.SEGMENTS_WRITE: marked("Make, change and remove segments"),
    Scope.SURVEYS_READ: marked("Read surveys, their versions and their responses (personal data)"),
    Scope.SURVEYS_WRITE: marked("Make, change, publish, close and remove surveys"),
    Scope.INVITATIONS_WRITE: marked("Invite people to surveys, and hand in reports about mails"),
    Scope.IMPORTS_READ: marked("Follow imports and read refused rows (personal data)"),
    Scope.IMPORTS_WRITE: marked("Upload files and replay refused rows"),
}
