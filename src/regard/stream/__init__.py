"""The stream: every interaction between a company and its customers, in one append-only table per workspace.

``open_store(path)`` gives a :class:`Store`; questions are composed with :mod:`regard.stream.compose` and asked of it.
"""

from regard.stream.arrays import table_of
from regard.stream.model import (
    COLUMNS,
    LIVE,
    QUARANTINE_COLUMNS,
    REFUSED_COLUMNS,
    Answer,
    Appended,
    Batch,
    Change,
    Interaction,
    Question,
    Record,
    Table,
)
from regard.stream.opening import IN_MEMORY, OpenedStore, open_store
from regard.stream.schema import BESIDE, COLUMN_TYPES, REQUIRED
from regard.stream.store import Store
from regard.stream.vocabulary import VOCABULARY, SemanticName

__all__ = [
    "BESIDE",
    "COLUMNS",
    "COLUMN_TYPES",
    "IN_MEMORY",
    "LIVE",
    "QUARANTINE_COLUMNS",
    "REFUSED_COLUMNS",
    "REQUIRED",
    "VOCABULARY",
    "Answer",
    "Appended",
    "Batch",
    "Change",
    "Interaction",
    "OpenedStore",
    "Question",
    "Record",
    "SemanticName",
    "Store",
    "Table",
    "open_store",
    "table_of",
]
