"""The tables of a workspace file, as numbered migrations. A migration never changes once released; add the next one."""

from __future__ import annotations

from typing import Final

COLUMN_TYPES: Final[dict[str, str]] = {
    "id": "VARCHAR",
    "occurred_at": "TIMESTAMP",
    "received_at": "TIMESTAMP",
    "source_key": "VARCHAR",
    "customer": "BIGINT",
    "name": "VARCHAR",
    "channel": "VARCHAR",
    "touchpoint": "VARCHAR",
    "subject": "VARCHAR",
    "metric": "VARCHAR",
    "score": "DOUBLE",
    "scale_min": "DOUBLE",
    "scale_max": "DOUBLE",
    "orientation": "VARCHAR",
    "weight": "DOUBLE",
    "text": "VARCHAR",
    "language": "VARCHAR",
    "amount": "DOUBLE",
    "currency": "VARCHAR",
    "agent": "VARCHAR",
    "properties": "VARCHAR",
    "context": "VARCHAR",
    "load": "VARCHAR",
}
"""The stream's columns and their types in DuckDB. Instants are UTC without a zone; JSON is kept as received text."""

REQUIRED: Final = ("id", "occurred_at", "received_at", "name")

_INTERACTIONS = ", ".join(
    f"{name} {kind}{' NOT NULL' if name in REQUIRED else ''}" for name, kind in COLUMN_TYPES.items()
)

BESIDE: Final[dict[str, dict[str, str]]] = {
    "positions": {"name": "VARCHAR", "position": "BIGINT", "read_at": "TIMESTAMP"},
    "links": {
        "id": "VARCHAR",
        "a": "VARCHAR",
        "b": "VARCHAR",
        "rule": "VARCHAR",
        "source": "VARCHAR",
        "observed_at": "TIMESTAMP",
        "state": "VARCHAR",
        "made_by": "VARCHAR",
    },
    "identifiers": {"key": "VARCHAR", "kind": "VARCHAR", "value": "VARCHAR", "customer": "BIGINT"},
    "profiles": {
        "customer": "BIGINT",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "phone": "VARCHAR",
        "account": "VARCHAR",
        "traits": "VARCHAR",
        "search": "VARCHAR",
        "first_seen_at": "TIMESTAMP",
        "last_seen_at": "TIMESTAMP",
        "interactions": "BIGINT",
    },
    "segment_members": {"segment": "VARCHAR", "customer": "BIGINT", "since": "TIMESTAMP"},
    "segment_keys": {"segment": "VARCHAR", "key": "VARCHAR", "number": "BIGINT"},
}
"""Tables beside the stream. ``links`` is evidence; ``positions`` says how far live segments have been read;
``segment_keys`` are the identifiers of uploaded lists; the others are derived from the stream and the evidence, and may
be made again at any time."""

_SEARCHED: Final = {("profiles", name) for name in ("name", "email", "phone", "account", "search")}


def _beside(table: str, name: str, kind: str) -> str:
    """A column's declaration. What is searched while typing is not compressed: reading it takes a third as long."""
    return f"{name} {kind}{' USING COMPRESSION uncompressed' if (table, name) in _SEARCHED else ''}"


# No key and no index on the big table: DuckDB's make an insert fifty times dearer and look-ups no faster.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        f"CREATE TABLE interactions ({_INTERACTIONS})",
        """CREATE TABLE refused (
            "load" VARCHAR, line BIGINT, reason VARCHAR, "column" VARCHAR, message VARCHAR, raw VARCHAR)""",
        """CREATE TABLE records (
            kind VARCHAR, key VARCHAR, version INTEGER, made_at TIMESTAMP, made_by VARCHAR, body VARCHAR)""",
    ),
    (
        "ALTER TABLE refused ADD COLUMN id VARCHAR",
        "ALTER TABLE refused ADD COLUMN received_at TIMESTAMP",
        *(
            f"CREATE TABLE {table} ({', '.join(_beside(table, name, kind) for name, kind in columns.items())})"
            for table, columns in BESIDE.items()
        ),
    ),
)
