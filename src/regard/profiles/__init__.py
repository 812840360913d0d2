"""Who it is: one reversible profile per person, resolved from evidence; timelines, search and segments over them."""

from regard.profiles.model import (
    ANONYMOUS_ID,
    EMAIL,
    PHONE,
    USER_ID,
    Identifier,
    IdentifierRule,
    Link,
    LinkState,
    ProfilesMerged,
    ProfilesUnmerged,
    SegmentEntered,
    SegmentLeft,
    identifier_of,
)

__all__ = [
    "ANONYMOUS_ID",
    "EMAIL",
    "PHONE",
    "USER_ID",
    "Identifier",
    "IdentifierRule",
    "Link",
    "LinkState",
    "ProfilesMerged",
    "ProfilesUnmerged",
    "SegmentEntered",
    "SegmentLeft",
    "identifier_of",
]
