"""Asking the store, and remembering what it said for as long as nothing in it changes."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from regard.metrics.membership import with_members
from regard.stream import Answer, Question, Record, Store
from regard.stream.compose import DIALECT

Made = TypeVar("Made")

LARGEST = 256 << 20
"""Bytes of answers kept at most; the ones not asked for longest go first."""

_kept: OrderedDict[tuple[str, ...], tuple[Any, int]] = OrderedDict()
_stamps: WeakKeyDictionary[Store, str] = WeakKeyDictionary()
"""As which each store was asked last: what it said before is of no use any more."""
_lock = threading.Lock()


def ask(store: Store, question: Question) -> Answer:
    """The store's answer; the same question is put to it once until something is loaded, erased or kept.

    A filter by segment is answered by the segment's condition, not by the memberships as they were written down last.
    """
    question = with_members(store, question)
    given = sorted((name, repr(value)) for name, value in question.parameters.items())
    key = f"{store.dialect} {question.is_bulk} {question.sql.sql(DIALECT)} {given}"
    return remembered(store, key, lambda: store.ask(question))


def kept(store: Store, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
    """The records kept beside the stream; a figure asks for the same few again and again."""
    name = f"kept {kind} {key} {all_versions}"
    return remembered(store, name, lambda: store.kept(kind, key, all_versions=all_versions))


def remembered(store: Store, key: str, make: Callable[[], Made]) -> Made:
    """What was made under this key while the store was as it is now, else made now.

    The store's stamp is read *before* making: what a load overtakes is of a stamp that is never asked for again, and is
    not kept. While events come in all the time, the answers of all that was would take a hundred megabytes.
    """
    stamp = store.stamp()
    full = (stamp, key)
    with _lock:
        _drop_outdated(store, stamp)
        if full in _kept:
            _kept.move_to_end(full)
            made: Made = _kept[full][0]
            return made
    made = make()
    with _lock:
        if _stamps.get(store) != stamp:
            return made
        _kept[full] = made, _size(made)
        while sum(size for _, size in _kept.values()) > LARGEST:
            _kept.popitem(last=False)
    return made


def _drop_outdated(store: Store, stamp: str) -> None:
    before = _stamps.get(store)
    if before != stamp:
        _stamps[store] = stamp
        for full in [full for full in _kept if full[0] == before]:
            del _kept[full]


def forget() -> None:
    """Drop everything remembered."""
    with _lock:
        _kept.clear()


def _size(made: Any) -> int:
    """About how many bytes an answer, or a thing of arrays, takes."""
    columns = getattr(made, "columns", None) or getattr(made, "facts", None) or {}
    return 1000 + sum(_column_size(column) for column in columns.values())


def _column_size(column: Any) -> int:
    return int(column.nbytes) if hasattr(column, "nbytes") else sys.getsizeof(column) + 64 * len(column)
