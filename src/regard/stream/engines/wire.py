"""What goes over the socket between the owner of a workspace file and whoever asks it.

Each message is a four-byte length and that many bytes: MessagePack for the request, Arrow for the rows of an answer.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from regard.stream.arrays import as_file, masked
from regard.stream.compose import DIALECT, filled_in, sql
from regard.stream.model import Change, Question, Record, Table

_LENGTH = struct.Struct(">I")
_LARGEST = 1 << 30


def path_of(rows: Path | Table | None, files: contextlib.ExitStack) -> str | None:
    """Where the other process finds rows, as long as the files are open."""
    path = files.enter_context(as_file(rows))
    return str(path.resolve()) if path else None


def encoded(message: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode(message, enc_hook=_plain)


def _plain(value: Any) -> str:
    """A sentence that can be translated goes over as the sentence that it is."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def send(to: socket.socket, message: bytes) -> None:
    to.sendall(_LENGTH.pack(len(message)) + message)


def receive(source: socket.socket) -> bytes | None:
    """One whole message, or None when the other side has closed."""
    head = _exactly(source, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    return _exactly(source, length) if length <= _LARGEST else None


def _exactly(source: socket.socket, length: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < length:
        with contextlib.suppress(InterruptedError):
            part = source.recv(min(length - len(parts), 1 << 20))
            if not part:
                return None
            parts += part
    return bytes(parts)


def packed(columns: Mapping[str, Sequence[Any]]) -> bytes:
    import pyarrow as pa

    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked(body: bytes, *, is_bulk: bool) -> dict[str, Any]:
    import pyarrow as pa

    table = pa.ipc.open_stream(body).read_all()
    if is_bulk:
        return {name: masked(table.column(name)) for name in table.column_names}
    return dict(table.to_pydict())


def text_of(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def instant_in(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def to_wire(record: Record) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "key": record.key,
        "body": dict(record.body),
        "version": record.version,
        "made_at": text_of(record.made_at),
        "made_by": record.made_by,
    }


def change_to_wire(change: Change, files: contextlib.ExitStack) -> dict[str, Any]:
    source: dict[str, Any]
    if isinstance(change.rows, Question):
        source = {"sql": filled_in(change.rows).sql(DIALECT)}
    else:
        source = {"path": path_of(change.rows, files)}
    return {"table": change.table, "key": list(change.key), "only_removes": change.only_removes, **source}


def change_from_wire(item: dict[str, Any]) -> Change:
    rows = Path(item["path"]) if "path" in item else Question(item["table"], sql(item["sql"]))
    return Change(item["table"], rows, tuple(item["key"]), item["only_removes"])


def from_wire(item: dict[str, Any]) -> Record:
    return Record(
        item["kind"], item["key"], item["body"], item["version"], instant_in(item["made_at"]), item["made_by"]
    )
