"""Asking the store, and remembering what it said for as long as nothing in it changes."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from typing import Any

from regard.stream import Answer, Question, Store
from regard.stream.compose import DIALECT

LARGEST = 256 << 20
"""Bytes of answers kept at most; the ones not asked for longest go first."""

_kept: OrderedDict[tuple[Any, ...], tuple[Answer, int]] = OrderedDict()
_lock = threading.Lock()


def ask(store: Store, question: Question) -> Answer:
    """The store's answer; the same question is put to it once until something is loaded, erased or kept.

    The key holds the store's stamp, read *before* asking: an answer that a load overtakes lands under a stamp that is
    never asked for again.
    """
    parameters = tuple(sorted((name, repr(value)) for name, value in question.parameters.items()))
    key = (store.stamp(), store.dialect, question.sql.sql(DIALECT), parameters, question.is_bulk)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key][0]
    answer = store.ask(question)
    _keep(key, answer)
    return answer


def forget() -> None:
    """Drop everything remembered."""
    with _lock:
        _kept.clear()


def _keep(key: tuple[Any, ...], answer: Answer) -> None:
    size = len(answer.sql) + sum(_size(column) for column in answer.columns.values())
    with _lock:
        _kept[key] = answer, size
        while sum(each for _, each in _kept.values()) > LARGEST:
            _kept.popitem(last=False)


def _size(column: Any) -> int:
    return int(column.nbytes) if hasattr(column, "nbytes") else sys.getsizeof(column) + 64 * len(column)
