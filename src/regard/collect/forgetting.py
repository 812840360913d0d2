"""What was refused of somebody who is erased: nobody knows whose it is, so it is found by their identifiers."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

from regard.profiles import EMAIL, PHONE, Identifier, identifier_of
from regard.stream import Batch, Change, Question, Store, table_of
from regard.stream.compose import sql

AT_ONCE: Final = 2_000
SURE_LETTERS: Final = 6
"""An identifier so long, with letters in it, is nothing else wherever it stands."""
NAMING: Final = (
    r'"[^"]{0,60}(?:(?<!pa)(?<!_b)(?<!"b)id(?!th)|user|customer|client|contact|member|person|key)[^"]{0,60}"\s*:\s*'
)
"""Fields whose value may be an identifier: elsewhere (what was paid, or bid; a width) a short one, or a number, is a
price or a count."""

_COLUMNS: Final = {"load": "VARCHAR", "line": "BIGINT", "id": "VARCHAR", "raw": "VARCHAR"}
_REFUSED: Final = sql(
    'SELECT DISTINCT "load", line, id, raw FROM refused ORDER BY "load", line, id, raw LIMIT :most OFFSET :skipped'
)
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def forget_refused(store: Store, keys: Iterable[str]) -> int:
    """Remove every refused event and row in which one of these identifiers stands; returns how many went. A body that
    could not be read goes whole, with whatever else was in it."""
    known = [identifier_of(key) for key in keys]
    gone = [row for row in _all_refused(store) if names_one(readable(row["raw"], is_live=row["id"] is not None), known)]
    live = [row for row in gone if row["id"] is not None]
    loaded = [row for row in gone if row["id"] is None]
    changes = [_removal(live, "id"), _removal(loaded, "load", "line", "raw")]
    if gone:
        store.append(Batch(changes=[change for change in changes if change is not None]))
    return len(gone)


def _all_refused(store: Store) -> Iterator[dict[str, Any]]:
    skipped = 0
    while True:
        given = {"most": AT_ONCE, "skipped": skipped}
        found = store.ask(Question("all that was refused", _REFUSED, given)).rows()
        yield from found
        if len(found) < AT_ONCE:
            return
        skipped += AT_ONCE


def _removal(rows: Sequence[dict[str, Any]], *names: str) -> Change | None:
    """Rows without a line are those of a load that counts none: their text tells them apart."""
    if not rows:
        return None
    key = tuple(name for name in names if all(row[name] is not None for row in rows))
    columns = {name: [row[name] for row in rows] for name in key}
    return Change("refused", table_of(columns, {name: _COLUMNS[name] for name in key}), key, only_removes=True)


def names_one(text: str, identifiers: Sequence[Identifier]) -> bool:
    """Whether any of them stands in a text. Somebody may have thousands: the text is looked at closely only for those
    whose letters are in it at all, and for phones, which are written in many ways."""
    folded = text.casefold()
    near = [one for one in identifiers if one.kind == PHONE or one.value.casefold() in folded]
    return bool(near) and pattern_of(near).search(text) is not None


def pattern_of(identifiers: Sequence[Identifier]) -> re.Pattern[str]:
    """What finds any of them in a text, as a whole and not as a part of another.

    >>> pattern = pattern_of([identifier_of("email:ann@example.org"), identifier_of("7")])
    >>> [bool(pattern.search(text)) for text in ("<Ann@Example.org>", '{"userId": "7"}', '{"total": 7}')]
    [True, True, False]
    """
    return re.compile("|".join(map(_pattern, identifiers)) or r"(?!)")


def _pattern(one: Identifier) -> str:
    value = re.escape(one.value)
    if one.kind == EMAIL:
        return rf"(?i:(?<![\w.+-]){value}(?![\w-]|\.\w))"
    if one.kind == PHONE and (digits := re.sub(r"\D", "", one.value)):
        return r"(?<!\d)" + r"[\s().-]*".join(digits) + r"(?!\d)"
    if len(one.value) >= SURE_LETTERS and not one.value.isdigit():
        return rf"(?<![\w-]){value}(?![\w-])"
    return rf'(?i:{NAMING})"?{value}(?=["\s,}}\]]|$)'


def readable(raw: str, *, is_live: bool = True) -> str:
    """What stands in a refused event (``is_live``) or row, however it was written down: escapes are what they stand
    for. A row of a file may have a column called ``event``, and is looked at as a whole."""
    told = _read(raw)
    if is_live and isinstance(told, dict):
        coded = told.get("base64")
        told = base64.b64decode(coded).decode("utf-8", "replace") if coded else told.get("event", told)
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    event = _read(text)
    plain = _unescaped(text) if event is None else json.dumps(event, ensure_ascii=False)
    return f"{plain}\n{unquote(plain)}" if "%" in plain else plain


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
