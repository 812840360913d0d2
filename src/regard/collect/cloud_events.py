"""CloudEvents 1.0 over HTTP: binary, structured and batched, as events of ours.

The type becomes the event's name; source and id together its ``messageId``, as the specification makes them unique
(CloudEvents v1.0.2, section "Required attributes"). Whose it is stands in the extension attributes ``userid`` and
``anonymousid``, or in the data.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.collect.calls import LONGEST_NAME, NOTHING, RawEvent, Unusable, raw

WHOLE: Final = (b"application/cloudevents+json", b"application/cloudevents-batch+json")
"""Media types of bodies that hold whole events; with any other, the body is data and the headers say the rest."""

_USERS: Final = ("userid", "user_id", "userId")
_VISITORS: Final = ("anonymousid", "anonymous_id", "anonymousId")
_IN_COLUMNS: Final = frozenset(("specversion", "type", "time", "data", "data_base64"))

_read_many: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_one: Final = msgspec.json.Decoder(msgspec.Raw).decode
_read: Final = msgspec.json.Decoder(dict[str, Any]).decode


def items(body: bytes) -> list[msgspec.Raw]:
    """The events of a structured body (an object) or of a batch (an array)."""
    found = _read_one(body)
    return _read_many(body) if bytes(found)[:1] == b"[" else [found]


def structured(headers: Iterable[tuple[bytes, bytes]], content_type: str, body: bytes) -> bytes:
    """A binary event (attributes in ``ce-`` headers, percent-encoded; data in the body, of the ``content_type``) in
    the structured form.

    >>> structured([(b"ce-id", b"1"), (b"ce-type", b"a%20b")], "application/json", b'{"n": 1}')
    b'{"id":"1","type":"a b","datacontenttype":"application/json","data":{"n": 1}}'
    """
    attributes: dict[str, Any] = {
        name[3:].decode("latin-1"): unquote(value.decode("latin-1")) for name, value in headers if name[:3] == b"ce-"
    }
    media = content_type.partition(";")[0].strip().lower()
    if media:
        attributes["datacontenttype"] = content_type
    if body:
        attributes |= _data(media, body)
    return msgspec.json.encode(attributes)


def _data(media: str, body: bytes) -> dict[str, Any]:
    if media in ("", "application/json", "text/json") or media.endswith("+json"):
        try:
            return {"data": msgspec.Raw(_read_one(body))}
        except (msgspec.DecodeError, RecursionError) as error:
            raise Invalid(said("the data is not JSON: {error}", error=str(error)), code="bad_json") from None
    try:
        return {"data": body.decode()} if media.startswith("text/") else _binary(body)
    except UnicodeDecodeError:
        return _binary(body)


def _binary(body: bytes) -> dict[str, str]:
    return {"data_base64": base64.b64encode(body).decode()}


def event_of(text: bytes, _: str = "") -> RawEvent:
    """An event out of the structured form. Raises :class:`~regard.collect.calls.Unusable`."""
    try:
        told = _read(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unusable("malformed") from None
    if not all(isinstance(told.get(name), str) and told[name] for name in ("id", "source", "type")):
        raise Unusable("not_a_cloud_event")
    message_id = f"{told['source']}#{told['id']}"
    if told.get("specversion") != "1.0" or not isinstance(told.get("time", ""), str):
        raise Unusable("not_a_cloud_event", message_id)
    data = _details(told)
    event = RawEvent(
        "track",
        message_id,
        _who(told, data, _USERS),
        _who(told, data, _VISITORS),
        told["type"],
        timestamp=told.get("time"),
        properties=raw(data) if data else NOTHING,
        context=raw({"cloudEvent": {name: value for name, value in told.items() if name not in _IN_COLUMNS}}),
    )
    if any(len(str(name)) > LONGEST_NAME for name in (message_id, event.event, event.user_id, event.anonymous_id)):
        raise Unusable("too_long", message_id)
    return event


def _details(told: Mapping[str, Any]) -> dict[str, Any]:
    """The data as properties: an object as it is, anything else under ``data``."""
    found = told.get("data")
    if isinstance(found, dict):
        return found
    return {name: told[name] for name in ("data", "data_base64") if told.get(name) is not None}


def _who(told: Mapping[str, Any], data: Mapping[str, Any], names: Iterable[str]) -> str | None:
    for place in (told, data):
        for name in names:
            value = place.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                return str(value)
    return None
