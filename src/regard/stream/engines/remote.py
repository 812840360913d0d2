"""Asking the process that owns a workspace file, over a socket that only its own user can reach.

A DuckDB file has one owner. Whoever owns it listens here; whoever comes later asks the owner and notices no difference.
What is said stands in :mod:`~regard.stream.engines.wire`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

import regard.base.errors as errors
from regard.base import Invalid, RegardError, Unavailable
from regard.base.words import as_said, kept, said
from regard.stream.compose import DIALECT, filled_in, sql
from regard.stream.engines.wire import (
    change_from_wire,
    change_to_wire,
    encoded,
    from_wire,
    instant_in,
    packed,
    path_of,
    receive,
    send,
    text_of,
    to_wire,
    unpacked,
)
from regard.stream.model import Answer, Appended, Batch, Question, Record
from regard.stream.store import Store

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
        while (message := receive(self.request)) is not None and self.server.is_open:
            head, body = _answered(self.server.store, msgspec.msgpack.decode(message))
            try:
                send(self.request, encoded(head))
                send(self.request, body)
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
    return {"sql": answer.sql, "is_bulk": request["is_bulk"]}, packed(answer.columns)


def _append(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    paths = [Path(request[name]) if request[name] else None for name in ("accepted", "refused")]
    records = [from_wire(item) for item in request["records"]]
    changes = [change_from_wire(item) for item in request["changes"]]
    done = store.append(Batch(paths[0], paths[1], records, changes, request["moves"], instant_in(request["since"])))
    return {"new": done.new, "known": done.known, "refused": done.refused}, b""


def _keep(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    kept = store.keep(*[from_wire(item) for item in request["records"]])
    return {"records": [to_wire(record) for record in kept]}, b""


def _kept(store: Store, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    found = store.kept(request["kind"], request["key"], all_versions=request["all_versions"])
    return {"records": [to_wire(record) for record in found]}, b""


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
        return Answer(unpacked(body, is_bulk=question.is_bulk), head["sql"])

    def append(self, batch: Batch) -> Appended:
        with contextlib.ExitStack() as files:
            head, _ = self._say(
                "append",
                accepted=path_of(batch.accepted, files),
                refused=path_of(batch.refused, files),
                records=[to_wire(record) for record in batch.records],
                changes=[change_to_wire(change, files) for change in batch.changes],
                moves=dict(batch.moves),
                since=text_of(batch.known_since),
            )
        return Appended(head["new"], head["known"], head["refused"])

    def keep(self, *records: Record) -> list[Record]:
        head, _ = self._say("keep", records=[to_wire(record) for record in records])
        return [from_wire(item) for item in head["records"]]

    def kept(self, kind: str, key: str | None = None, *, all_versions: bool = False) -> list[Record]:
        head, _ = self._say("kept", kind=kind, key=key, all_versions=all_versions)
        return [from_wire(item) for item in head["records"]]

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
                send(self._socket, encoded({"verb": verb, **request}))
                head, body = receive(self._socket), receive(self._socket)
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
