"""Identity rules: which identifiers are strongest, how many a profile may hold, and which values name nobody.

The defaults follow the settings that Segment publishes for its identity resolution (priorities, limits over a sliding
window, blocked values). A workspace's own rules are kept as a versioned record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.profiles.model import ANONYMOUS_ID, EMAIL, PHONE, USER_ID, Identifier, IdentifierRule
from regard.stream import Record, Store

RECORD: Final = "identity_rules"
KEY: Final = "workspace"
LONGEST: Final = 500
"""Characters of an identifier's value; longer ones are no name of anybody."""

BLOCKED: Final = (
    r"[0-]*",
    r"-1",
    r"null|none|nil|nan|undefined|\(null\)|\[object object\]",
    r"anonymous|unknown|n/a|not set|\(not set\)",
)
"""Values that name nobody, whatever their kind: regular expressions for the whole value, in any case of letters."""

MOST_KINDS: Final = 50
MOST_PATTERNS: Final = 100
LONGEST_PATTERN: Final = 200
MOST_REPEATS: Final = 2
"""How often a pattern may repeat something, so that no value takes more than a moment to be looked at."""

_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLAIN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT = re.compile(r"[*+{]")
_NOT_DIGITS = re.compile(r"[^\d+]")


@dataclass(frozen=True)
class IdentityRules:
    """How identifiers link in one workspace; ``others`` stands for every kind that has no rule of its own."""

    identifiers: Sequence[IdentifierRule]
    others: IdentifierRule
    blocked: Sequence[str] = BLOCKED

    def rule_for(self, kind: str) -> IdentifierRule:
        """The rule for a kind of identifier."""
        return self._by_kind.get(kind, self.others)

    def identifier(self, kind: str, value: object) -> Identifier | None:
        """The identifier in its one spelling, or None when the value names nobody.

        >>> DEFAULT_RULES.identifier("email", " Ann@Example.org ")
        Identifier(kind='email', value='ann@example.org')
        >>> DEFAULT_RULES.identifier("phone", "+40 (721) 000-111")
        Identifier(kind='phone', value='+40721000111')
        >>> [DEFAULT_RULES.identifier("user_id", value) for value in ("000-00", "-1", "NULL", "", None)]
        [None, None, None, None, None]
        >>> [DEFAULT_RULES.identifier("phone", "+00 000"), DEFAULT_RULES.identifier("user_id", "\\u200b")]
        [None, None]
        """
        if value is None or isinstance(value, bool | dict | list):
            return None
        text = _spelled(kind, str(value).strip())
        return None if len(text) > LONGEST or self.blocks(kind, text) else Identifier(kind, text)

    def blocks(self, kind: str, value: str) -> bool:
        """Whether a value names nobody."""
        return not value or bool(
            self._pattern("").fullmatch(value) or (kind in self._by_kind and self._own(kind, value))
        )

    def rank(self, identifier: Identifier) -> tuple[int, str, str]:
        """Sorts identifiers by strength: the first of a profile's identifiers gives the profile its number."""
        return self.rule_for(identifier.kind).priority, identifier.kind, identifier.key

    def _own(self, kind: str, value: str) -> bool:
        return bool(self._by_kind[kind].blocked and self._pattern(kind).fullmatch(value))

    def _pattern(self, kind: str) -> re.Pattern[str]:
        return self._patterns[kind]

    @cached_property
    def _by_kind(self) -> dict[str, IdentifierRule]:
        return {rule.kind: rule for rule in self.identifiers}

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        given = {rule.kind: rule.blocked for rule in self.identifiers} | {"": tuple(self.blocked)}
        return {kind: _any_of(patterns) for kind, patterns in given.items()}


DEFAULT_RULES: Final = IdentityRules(
    (
        IdentifierRule(USER_ID, priority=1, limit=1),
        IdentifierRule(EMAIL, priority=2, limit=5, per_days=365),
        IdentifierRule(PHONE, priority=3, limit=5, per_days=365),
        IdentifierRule(ANONYMOUS_ID, priority=4, limit=5, per_days=7),
    ),
    IdentifierRule("", priority=5, limit=5, per_days=365),
)


def rules_of(store: Store) -> IdentityRules:
    """The workspace's rules; the defaults while it has made none."""
    kept = store.kept(RECORD, KEY)
    return rules_from(kept[0].body) if kept else DEFAULT_RULES


def keep_rules(store: Store, rules: IdentityRules, made_by: str | None = None) -> None:
    """Keep checked rules as the workspace's. They hold for evidence from now on; see ``change_rules``."""
    store.keep(rules_record(rules, made_by))


def rules_record(rules: IdentityRules, made_by: str | None = None) -> Record:
    """Rules as they are kept. Raises Invalid for rules that cannot be used."""
    return Record(RECORD, KEY, as_body(rules_from(as_body(rules))), made_by=made_by)


def as_body(rules: IdentityRules) -> dict[str, Any]:
    """The rules as JSON."""
    return {
        "identifiers": [_rule_body(rule) for rule in rules.identifiers],
        "others": _rule_body(rules.others),
        "blocked": list(rules.blocked),
    }


def rules_from(body: Mapping[str, Any]) -> IdentityRules:
    """Rules out of JSON. Raises Invalid naming the field that cannot be used.

    >>> rules_from(as_body(DEFAULT_RULES)) == DEFAULT_RULES
    True
    >>> rules_from({"identifiers": [{"kind": "email", "priority": 1, "limit": 0}]})
    Traceback (most recent call last):
    regard.base.errors.Invalid: the limit of 'email' is not a whole number from 1 (use a whole number from 1 to 1000)
    """
    given = body.get("identifiers", ())
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid(said("the identifiers of identity rules are a list"), field="identifiers")
    if len(given) > MOST_KINDS:
        raise Invalid(said("there are more than {n} kinds of identifiers", n=MOST_KINDS), field="identifiers")
    rules = tuple(_rule(item) for item in given)
    kinds = [rule.kind for rule in rules]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise Invalid(said("{kind} has two rules", kind=repr(kind)), field="identifiers")
    others = body.get("others", {})
    if not isinstance(others, Mapping):
        raise Invalid(said("the rule for other identifiers is an object"), field="others")
    other = _rule({**_rule_body(DEFAULT_RULES.others), **others, "kind": ""})
    return IdentityRules(rules, other, _patterns(body.get("blocked", BLOCKED), "blocked"))


def _rule(item: Any) -> IdentifierRule:
    if not isinstance(item, Mapping):
        raise Invalid(said("a rule for an identifier is an object"), field="identifiers")
    kind = item.get("kind")
    if not isinstance(kind, str) or (kind and not _KIND.fullmatch(kind)):
        raise Invalid(
            said("{kind} is not a kind of identifier", kind=repr(kind)),
            field="kind",
            remedy=said("use small letters, digits and underscores, as in user_id"),
        )
    days = item.get("per_days")
    return IdentifierRule(
        kind,
        _number(item, "priority"),
        _number(item, "limit"),
        _patterns(item.get("blocked", ()), "blocked"),
        None if days is None else _number(item, "per_days"),
    )


def _number(item: Mapping[str, Any], field: str) -> int:
    value = item.get(field)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
        return value
    raise Invalid(
        said("the {field} of {kind} is not a whole number from 1", field=field, kind=repr(item.get("kind"))),
        field=field,
        remedy=said("use a whole number from 1 to 1000"),
    )


def _patterns(given: Any, field: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        raise Invalid(said("blocked values are a list of texts"), field=field)
    if len(given) > MOST_PATTERNS:
        raise Invalid(said("there are more than {n} blocked values", n=MOST_PATTERNS), field=field)
    for text in given:
        _check_pattern(text, field)
    try:
        _any_of(given)
    except re.error as error:
        message = said("these blocked values do not go together: {error}", error=str(error))
        raise Invalid(message, field=field) from error
    return tuple(given)


def _check_pattern(text: str, field: str) -> None:
    """Raises Invalid for what is no regular expression, and for one that some value would keep busy for ever."""
    plain, shown = _PLAIN.sub("x", text), repr(text[:LONGEST_PATTERN])
    if len(text) > LONGEST_PATTERN or ")" in _repeated(plain) or len(_repeated(plain)) > MOST_REPEATS:
        raise Invalid(
            said("{text} is too involved for a blocked value", text=shown),
            field=field,
            remedy=said("write it shorter, repeat no group, and repeat at most {n} things", n=MOST_REPEATS),
        )
    try:
        _any_of([text])
    except (re.error, OverflowError, RecursionError) as error:
        message = said("{text} is not a regular expression: {error}", text=shown, error=str(error))
        raise Invalid(message, field=field) from error


def _repeated(plain: str) -> list[str]:
    """What stands before each sign of repetition."""
    return [plain[found.start() - 1 : found.start()] for found in _REPEAT.finditer(plain)]


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _spelled(kind: str, value: str) -> str:
    if kind == PHONE:
        digits = _NOT_DIGITS.sub("", value)
        return digits if digits.strip("+0") else ""  # zeroes name nobody, with a plus before them neither
    shown = value if value.isprintable() or any(map(_is_seen, value)) else ""
    return shown.lower() if kind == EMAIL else shown


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace()


def _rule_body(rule: IdentifierRule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "priority": rule.priority,
        "limit": rule.limit,
        "per_days": rule.per_days,
        "blocked": list(rule.blocked),
    }
