"""What is compared in two records: each column by what it holds, in one spelling, level by level, the closest first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from regard.profiles import spelling

Row = Mapping[str, Any]
Column = list[str | None]
Text = Callable[[str], str | None]

RARE, SOME = 3, 200
"""A value is rare that three records have or fewer, and common that more than every 200th has."""

_ROLES: Final = {
    "given": "givenname firstname forename fname first given vorname prenom imie prenume",
    "surname": "surname lastname familyname lname last family nachname nazwisko nume",
    "name": "name fullname customername contactname displayname",
    "email": "email mail emailaddress",
    "phone": "phone mobile telephone tel cell phonenumber mobilephone telephonenumber msisdn telefon",
    "date": "dateofbirth dob birthday birthdate born",
    "place": "postcode postalcode zip zipcode city town suburb state county region province country",
    "address": "address street streetaddress address1 address2 addressline1 addressline2 adres",
    "number": "socsecid taxid loyaltyid ssn passport nationalid customernumber pesel cnp",
}
_ROLE_OF: Final = {name: role for role, names in _ROLES.items() for name in names.split()}
_LETTERS: Final = "NOT regexp_matches({0}_l || {0}_r, '[0-9]')"
"""What is numbered is not alike because the numbers are."""
_DAY_FIRST: Final = re.compile(r"\s*(?:1[3-9]|[23]\d)/?(?:0\d|1[0-2]|\d)/?(?:18|19|20)\d\d")
_MONTH_FIRST: Final = re.compile(r"\s*(?:0\d|1[0-2]|\d)/?(?:1[3-9]|[23]\d)/?(?:18|19|20)\d\d")


@dataclass(frozen=True)
class Level:
    """Two values that are this much alike: the condition (SQL over ``x_l`` and ``x_r``), and how often the values of
    one person's records are, and of two people's who live together, as far as one knows before having seen any.
    ``chance`` is how often two records drawn at random are, where that can be counted."""

    condition: str
    share: float
    home: float = 0.0
    chance: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One thing compared: the raw column that tells it, columns in one spelling by name, and the levels without the
    last (nothing alike). What is equal and rare says more, so that the first
    levels tell by how many records have the value. ``is_own`` is what people who live together have each for
    themselves, ``is_email`` what is often made of a name; ``instead`` is the raw column read where the first is empty.
    """

    field: str
    columns: Mapping[str, Column]
    levels: Sequence[Level]
    is_name: bool = False
    instead: str | None = None
    is_own: bool = False
    is_email: bool = False

    @property
    def main(self) -> str:
        """The column that says whether there is anything to compare."""
        return next(iter(self.columns))

    @property
    def alike(self) -> list[float]:
        """How often one person's records are at each level, the least alike first."""
        return self._from_the_least([level.share for level in self.levels])

    @property
    def at_home(self) -> list[float]:
        """How often the records of two people are who live together; what each has for themselves is not told here."""
        return self._from_the_least([level.home for level in self.levels])

    def _from_the_least(self, shares: Sequence[float]) -> list[float]:
        return [max(0.01, 1 - sum(shares)), *reversed(shares)]


def role_of(column: str, values: Sequence[str] = ()) -> str:
    """What a column holds, by its name, or else by its values.

    >>> role_of("E-mail"), role_of("First Name"), role_of("contact", ["a@example.org"]), role_of("note", ["a", "b"])
    ('email', 'given', 'email', 'text')
    """
    plain = re.sub(r"[^a-z0-9]", "", column.lower())
    if plain in _ROLE_OF:
        return _ROLE_OF[plain]
    some = values[:500]
    sniffed: tuple[tuple[str, Text], ...] = (
        ("email", lambda text: (spelling.email(text) or ("",))[0]),
        ("date", spelling.date),
    )
    return next((role for role, read in sniffed if some and sum(map(bool, map(read, some))) * 2 > len(some)), "text")


def comparisons(records: Sequence[Row], columns: Sequence[str]) -> list[Comparison]:
    """What is compared in these records, by the columns that tell people apart."""
    raw = {name: [plain(row.get(name)) for row in records] for name in columns}
    roles = {name: role_of(name, [value for value in values if value]) for name, values in raw.items()}
    first = {role: name for name, role in reversed(roles.items())}
    found = _person(raw, first) if first.keys() & {"given", "surname", "name"} else []
    named = {first.get(role) for role in ("given", "surname", "name")}
    return found + [_MADE[_plainly(role)](name, raw[name]) for name, role in roles.items() if name not in named]


def plain(value: Any) -> str | None:
    """A value as text on one line, without what cannot be printed; None for nothing."""
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value == value else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200] or None


# --- names ---------------------------------------------------------------------------------------------------------


def _person(raw: Mapping[str, Column], first: Mapping[str, str]) -> list[Comparison]:
    """A person's given name and surname, out of their own columns or of the whole name."""
    empty: Column = [None] * len(next(iter(raw.values())))
    given, surname, whole = (raw.get(first.get(role, ""), empty) for role in ("given", "surname", "name"))
    parts = in_one_order([_parts(*told) for told in zip(given, surname, whole, strict=True)])
    name = first.get("name")
    fields = [first.get(role) or name or role for role in ("given", "surname")]
    return [
        _given(fields[0], [one for one, _ in parts], name),
        _surname(fields[1], [other for _, other in parts], name),
    ]


def _parts(given: str | None, surname: str | None, whole: str | None) -> tuple[str | None, str | None]:
    if whole and not (given and surname):
        known = spelling.person_words(whole)
        if "," in whole:
            known = spelling.person_words(" ".join(reversed(whole.split(",", 1))))
        elif spelling.is_family_first(whole):
            known = known[1:] + known[:1]
        return (known[0] if known else None), (known[-1] if len(known) > 1 else None)
    one, other = (spelling.person_words(text or "") for text in (given, surname))
    if surname and spelling.is_family_first(surname):
        other = ["".join(other)]
    if given and spelling.is_family_first(given):
        one = ["".join(one)]
    return (one[0] if one else None), (other[-1] if other else None)


def in_one_order(names: Sequence[tuple[str | None, str | None]]) -> list[tuple[str | None, str | None]]:
    """Names whose parts are swapped, put right: what mostly comes first in other records is the given name.

    >>> in_one_order([("ann", "lee"), ("ann", "king"), ("lee", "ann")])
    [('ann', 'lee'), ('ann', 'king'), ('ann', 'lee')]
    """
    firsts, lasts = Counter(one for one, _ in names), Counter(other for _, other in names)

    def swapped(one: str | None, other: str | None) -> bool:
        as_it_is = firsts[one] * lasts[other] if one and other else 0
        turned = firsts[other] * lasts[one] if one and other else 0
        loose = firsts[one] + lasts[other] < firsts[other] + lasts[one]
        return bool(one and other and one != other and turned >= as_it_is and loose)

    return [(other, one) if swapped(one, other) else (one, other) for one, other in names]


def _given(field: str, values: Column, instead: str | None) -> Comparison:
    roots = [spelling.sound(spelling.root(value)) if value else None for value in values]
    same, counted = _same("given", values, 0.76)
    initial = "(length(given_l) = 1 OR length(given_r) = 1) AND substr(given_l, 1, 1) = substr(given_r, 1, 1)"
    alike = [
        Level("given_root_l = given_root_r", 0.1),
        Level(f"jaro_winkler_similarity(given_l, given_r) >= 0.9 AND {_LETTERS.format('given')}", 0.06),
        Level(initial, 0.03),
    ]
    columns = {"given": values, "given_root": roots, **counted}
    return Comparison(field, columns, [*same, *alike], is_name=True, instead=instead, is_own=True)


def _surname(field: str, values: Column, instead: str | None) -> Comparison:
    sounds = [spelling.sound(value) if value else None for value in values]
    same, counted = _same("surname", values, 0.8, 0.75)
    alike = [
        Level("surname_sound_l = surname_sound_r", 0.06, 0.05),
        Level(f"jaro_winkler_similarity(surname_l, surname_r) >= 0.9 AND {_LETTERS.format('surname')}", 0.07, 0.1),
    ]
    return Comparison(field, {"surname": values, "surname_sound": sounds, **counted}, [*same, *alike], True, instead)


# --- other columns -------------------------------------------------------------------------------------------------


def _email(field: str, values: Column) -> Comparison:
    read = [spelling.email(value) if value else None for value in values]
    whole = [f"{one[0]}@{one[1]}" if one else None for one in read]
    name = _named(field)
    same, counted = _same(name, whole, 0.62, 0.15)
    boxes = [one[0] if one else None for one in read]
    places = [one[1] if one else None for one in read]
    numbers = [re.sub(r"\D", "", box) if box else None for box in boxes]  # who is called alike differs in the year
    slip = f"{name}_place_l = {name}_place_r AND {name}_number_l = {name}_number_r"
    alike = [
        Level(f"{name}_box_l = {name}_box_r AND length({name}_box_l) > 5", 0.1, 0.02),
        Level(f"{slip} AND jaro_winkler_similarity({name}_box_l, {name}_box_r) >= 0.93", 0.07, 0.02),
        Level(f"jaro_winkler_similarity({name}_box_l, {name}_box_r) >= 0.9", 0.02, 0.03),
    ]
    parts = {f"{name}_box": boxes, f"{name}_place": places, f"{name}_number": numbers}
    return Comparison(field, {name: whole, **parts, **counted}, [*same, *alike], is_email=True)


def _spelled(
    read: Text, share: float, home: float, *alike: tuple[str, float, float], is_own: bool = False
) -> Callable[[str, Column], Comparison]:
    """A comparison of values in one spelling: equal, or alike by conditions in which ``l`` and ``r`` are the two."""

    def made(field: str, values: Column) -> Comparison:
        name, told = _named(field), [read(value) if value else None for value in values]
        same, counted = _same(name, told, share, home)
        both = {"l": f"{name}_l", "r": f"{name}_r"}
        levels = [*same, *(Level(text.format(**both), *told) for text, *told in alike)]
        return Comparison(field, {name: told, **counted}, levels, is_own=is_own)

    return made


def _date(field: str, values: Column) -> Comparison:
    given = [value for value in values if value]
    american = sum(map(bool, map(_MONTH_FIRST.match, given))) > sum(map(bool, map(_DAY_FIRST.match, given)))
    swapped = "substr({l}, 1, 4) || substr({l}, 7, 2) || substr({l}, 5, 2) = {r}"
    near = (
        (f"{swapped} OR damerau_levenshtein({{l}}, {{r}}) <= 1", 0.08, 0.0),
        ("damerau_levenshtein({l}, {r}) <= 2", 0.02, 0.0),
    )

    def read(text: str) -> str | None:
        return spelling.date(text, month_first=american) or _joined(text)

    return _spelled(read, 0.87, 0.0, *near, is_own=True)(field, values)


def _joined(text: str) -> str | None:
    return " ".join(spelling.words(text)) or None


_near: Final = "damerau_levenshtein({l}, {r}) <= 1"
_MADE: Final[dict[str, Callable[[str, Column], Comparison]]] = {
    "email": _email,
    "date": _date,
    "phone": _spelled(lambda text: spelling.phone(text), 0.72, 0.45, (_near, 0.08, 0.05)),
    "number": _spelled(_joined, 0.88, 0.0, (_near, 0.08, 0.0), is_own=True),
    "place": _spelled(_joined, 0.72, 0.9, (_near, 0.1, 0.03)),
    "address": _spelled(spelling.address, 0.6, 0.85, ("jaro_winkler_similarity({l}, {r}) >= 0.9", 0.15, 0.05)),
    "text": _spelled(_joined, 0.6, 0.4, ("jaro_winkler_similarity({l}, {r}) >= 0.9", 0.15, 0.1)),
}


def _plainly(role: str) -> str:
    return role if role in _MADE else "text"


def _named(field: str) -> str:
    """The name of a column in SQL, whatever the field is called."""
    return "c_" + field.encode().hex()


def _same(name: str, values: Column, share: float, home: float = 0.0) -> tuple[list[Level], dict[str, Any]]:
    """Levels for equal values, the rare ones first, and how many records have each value."""
    known = Counter(value for value in values if value)
    counts = [known[value] if value else None for value in values]
    common, all_of = max(RARE + 1, len(values) // SOME), sum(known.values()) or 1
    bounds = [(0, RARE), (RARE, common), (common, len(values))]
    levels = []
    for above, upto in bounds:
        those = [count for count in known.values() if above < count <= upto]
        part, pairs = sum(those) / all_of, sum(count * (count - 1) for count in those)
        condition = f"{name}_l = {name}_r AND {name}_count_l <= {upto}"
        levels.append(Level(condition, max(share * part, 0.001), max(home * part, 0.001), pairs / all_of**2))
    return levels, {f"{name}_count": counts}
