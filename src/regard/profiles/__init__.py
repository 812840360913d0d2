"""Who it is: one reversible profile per person, resolved from evidence; timelines, search and segments over them."""

from regard.profiles.evidence import Evidence, evidence_of
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
from regard.profiles.resolving import Resolution, customers_of, deciding, resolve, resolve_again
from regard.profiles.rules import DEFAULT_RULES, IdentityRules, keep_rules, rules_of

__all__ = [
    "ANONYMOUS_ID",
    "DEFAULT_RULES",
    "EMAIL",
    "PHONE",
    "USER_ID",
    "Evidence",
    "Identifier",
    "IdentifierRule",
    "IdentityRules",
    "Link",
    "LinkState",
    "ProfilesMerged",
    "ProfilesUnmerged",
    "Resolution",
    "SegmentEntered",
    "SegmentLeft",
    "customers_of",
    "deciding",
    "evidence_of",
    "identifier_of",
    "keep_rules",
    "resolve",
    "resolve_again",
    "rules_of",
]
