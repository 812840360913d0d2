"""Asking the process that owns a workspace file, over a socket that only its own user can reach.

A DuckDB file has one owner. Whoever owns it listens here; whoever comes later asks the owner and notices no difference.
Each message is a four-byte length and that many bytes: MessagePack for the request, Arrow for the rows of an answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import socketserver
import struct
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import regard.base.errors as errors
from regard.base import Invalid, RegardError, Unavailable
from regard.base.words import as_said, kept, said
from regard.stream.arrays import as_file, masked
from regard.stream.compose import DIALECT, filled_in, sql
from regard.stream.model import Answer, Appended, Batch, Change, Question, Record, Table
from regard.stream.store import Store

_LENGTH = struct.Struct(">I")
_LARGEST = 1 << 30
_GRACE_SECONDS = 10


def address_of(path: str) -> Path:
    """Where the owner of a workspace file listens: a short name in a folder that only this user can enter."""
    folder = Path(tempfile.gettempdir()) / f"regard-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Unavailable(
            said("{folder} is open to other users", folder=str(folder)),
            remedy=said("remove it, or make it private: chmod 700 {folder}", folder=str(folder)),
        )
    name = hashlib.sha256(str(Path(path).resolve()).encode()).hexdigest()[:24]
    return folder / f"{name}.sock"


# --- the owner's side --------------------------------------------------------------------------------------------


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    is_open = True
    store: Store
    conversations: dict[threading.Thread, socket.socket]


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.server.conversations[threading.current_thread()] = self.request

    def finish(self) -> None:
        self.server.conversations.pop(threading.current_thread(), None)

    def handle(self) -> None:
        while (message := _receive(self.request)) is not None and self.server.is_open:
            head, body = _answered(self.server.store, msgspec.msgpack.decode(message))
            try:
                _send(self.request, _encoded(head))
                _send(self.request, body)
            except OSError:
                return  # the one who asked has gone


class Listening:
    """The owner's ear: open while the store is."""

    def __init__(self, path: str, store: Store):
        self._address = address_of(path)
        self._address.unlink(missing_ok=True)  # a name left by a killed owner: the file's lock is ours, so it is stale
        self._server = _Server(str(self._address), _Conversation)
        self._server.store = store
        self._server.conversations = {}
        self._address.chmod(0o600)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="regard-owner").start()

    def close(self) -> None:
        self._server.is_open = False  # who asks from now on is not answered, and opens the file itself
        self._server.shutdown()
        self._server.server_close()
        for thread, asked in list(self._server.conversations.items()):
            with contextlib.suppress(OSError):
                asked.shutdown(socket.SHUT_RD)  # the answer that is being made is still sent
            thread.join(_GRACE_SECONDS)
        self._address.unlink(missing_ok=True)


def _answered(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        return _VERBS[request["verb"]](store, request)
    except RegardError as error:
        # The other process tells them in its reader's language.
        words = {"message": kept(error.message), "remedy": error.remedy and kept(error.remedy)}
        facts = {**words, "field": error.field, "code": error.code}
        return {"error": type(error).__name__, **facts}, b""


def _ask(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    answer = store.ask(Question(request["name"], sql(request["sql"]), {}, is_bulk=request["is_bulk"]))
    return {"sql": answer.sql, "is_bulk": request["is_bulk"]}, _packed(answer.columns)


def _append(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    paths = [Path(request[name]) if request[name] else None for name in ("accepted", "refused")]
    records = [_from_wire(item) for item in request["records"]]
    changes = [_change_from_wire(item) for item in request["changes"]]
    done = store.append(Batch(paths[0], paths[1], records, changes, request["moves"], _instant(request["since"])))
    return {"new": done.new, "known": done.known, "refused": done.refused}, b""


def _keep(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    kept = store.keep(*[_from_wire(item) for item in request["records"]])
    return {"records": [_to_wire(record) for record in kept]}, b""


def _kept(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    found = store.kept(request["kind"], request["key"], all_versions=request["all_versions"])
    return {"records": [_to_wire(record) for record in found]}, b""


def _copy(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    store.copy_to(Path(request["target"]))
    return {}, b""


def _stamp(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"stamp": store.stamp()}, b""


def _erase(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"count": store.erase(request["customers"])}, b""


def _retain(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    return {"count": store.retain(datetime.fromisoformat(request["before"]))}, b""


_Verb = Callable[[Store, dict[str, Any]], tuple[dict[str, Any], bytes]]
_VERBS: dict[str, _Verb] = {
    "ask": _ask,
    "append": _append,
    "keep": _keep,
    "kept": _kept,
    "copy_to": _copy,
    "stamp": _stamp,
    "erase": _erase,
    "retain": _retain,
}


# --- the other side ----------------------------------------------------------------------------------------------


class RemoteStore:
    """A workspace file that another process owns."""

    dialect = DIALECT

    def __init__(self, path: str):
        self.path = path
        self._speaking = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(address_of(path)))
        except OSError as error:
            self._socket.close()
            raise Unavailable(
                said("{path} is open in a process that does not answer", path=str(path)),
                remedy=said("close it and try again"),
                code="owner_silent",
            ) from error

    def ask(self, question: Question) -> Answer:
        text = filled_in(question).sql(DIALECT)
        head, body = self._say("ask", name=question.name, sql=text, is_bulk=question.is_bulk)
        return Answer(_unpacked(body, is_bulk=question.is_bulk), head["sql"])

    def append(self, batch: Batch) -> Appended:
        with contextlib.ExitStack() as files:
            head, _ = self._say(
                "append",
                accepted=_path(batch.accepted, files),
                refused=_path(batch.refused, files),
                records=[_to_wire(record) for record in batch.records],
                changes=[_change_to_wire(change, files) for change in batch.changes],
                moves=dict(batch.moves),
                since=_text(batch.known_since),
            )
        return Appended(head["new"], head["known"], head["refused"])

    def keep(self, *records: Record) -> list[Record]:
        head, _ = self._say("keep", records=[_to_wire(record) for record in records])
        return [_from_wire(item) for item in head["records"]]

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        head, _ = self._say("kept", kind=kind, key=key, all_versions=all_versions)
        return [_from_wire(item) for item in head["records"]]

    def erase(self, customers: Sequence[int]) -> int:
        return int(self._say("erase", customers=list(customers))[0]["count"])

    def retain(self, before: datetime) -> int:
        return int(self._say("retain", before=before.isoformat())[0]["count"])

    def stamp(self) -> str:
        return str(self._say("stamp")[0]["stamp"])

    def copy_to(self, target: Path) -> None:
        self._say("copy_to", target=str(target.resolve()))

    def close(self) -> None:
        self._socket.close()

    def _say(self, verb: str, **request: Any) -> tuple[dict[str, Any], bytes]:
        try:
            with self._speaking:
                _send(self._socket, _encoded({"verb": verb, **request}))
                head, body = _receive(self._socket), _receive(self._socket)
        except OSError as error:
            raise _gone(self.path) from error
        if head is None or body is None:
            raise _gone(self.path)
        answer = msgspec.msgpack.decode(head)
        if "error" in answer:
            kind = getattr(errors, answer.pop("error"), Invalid)
            remedy = answer.pop("remedy")
            raise kind(as_said(answer.pop("message")), remedy=remedy and as_said(remedy), **answer)
        return answer, body


def _gone(path: str) -> Unavailable:
    return Unavailable(
        said("the process that had {path} open has gone", path=str(path)), remedy=said("try again"), code="owner_gone"
    )


def _path(rows: Path | Table | None, files: contextlib.ExitStack) -> str | None:
    """Where the other process finds rows, as long as the files are open."""
    path = files.enter_context(as_file(rows))
    return str(path.resolve()) if path else None


# --- on the wire -------------------------------------------------------------------------------------------------


def _encoded(message: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode(message, enc_hook=_plain)


def _plain(value: Any) -> str:
    """A sentence that can be translated goes over as the sentence that it is."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def _send(to: socket.socket, message: bytes) -> None:
    to.sendall(_LENGTH.pack(len(message)) + message)


def _receive(source: socket.socket) -> bytes | None:
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


def _packed(columns: Mapping[str, Sequence[Any]]) -> bytes:
    import pyarrow as pa

    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _unpacked(body: bytes, *, is_bulk: bool) -> dict[str, Any]:
    import pyarrow as pa

    table = pa.ipc.open_stream(body).read_all()
    if is_bulk:
        return {name: masked(table.column(name)) for name in table.column_names}
    return dict(table.to_pydict())


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _to_wire(record: Record) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "key": record.key,
        "body": dict(record.body),
        "version": record.version,
        "made_at": _text(record.made_at),
        "made_by": record.made_by,
    }


def _change_to_wire(change: Change, files: contextlib.ExitStack) -> dict[str, Any]:
    source: dict[str, Any]
    if isinstance(change.rows, Question):
        source = {"sql": filled_in(change.rows).sql(DIALECT)}
    else:
        source = {"path": _path(change.rows, files)}
    return {"table": change.table, "key": list(change.key), "only_removes": change.only_removes, **source}


def _change_from_wire(item: dict[str, Any]) -> Change:
    rows = Path(item["path"]) if "path" in item else Question(item["table"], sql(item["sql"]))
    return Change(item["table"], rows, tuple(item["key"]), item["only_removes"])


def _from_wire(item: dict[str, Any]) -> Record:
    return Record(item["kind"], item["key"], item["body"], item["version"], _instant(item["made_at"]), item["made_by"])
