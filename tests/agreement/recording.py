"""A store that remembers every question put to it, so that the whole product's questions can be asked of another engine."""

from __future__ import annotations

from regard.stream import Answer, Question, Store
from regard.stream.compose import DIALECT


class Recording:
    """Passes everything on to a store and keeps each different question once."""

    def __init__(self, store: Store):
        self._store = store
        self.dialect = store.dialect
        self.asked: dict[str, Question] = {}

    def ask(self, question: Question) -> Answer:
        key = f"{question.sql.sql(DIALECT)} {sorted(question.parameters.items(), key=str)}"
        self.asked.setdefault(key, question)
        return self._store.ask(question)

    def __getattr__(self, name: str):
        return getattr(self._store, name)
