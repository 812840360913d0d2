"""Text messages that people send back: whether they are the provider's to tell, who wrote, and who wants no more.

A provider posts each to an address of ours. It proves itself by a signature over the body (HMAC-SHA-256, RFC 2104, in a
header of its own choice, as hexadecimal digits or base64), or else by the secret itself, as a bearer's token or as the
password of basic authentication, which fits into any provider's form: ``https://regard:SECRET@cx.example.org/…``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from regard.base import Invalid
from regard.base.words import said

SHORTEST_SECRET: Final = 16
LONGEST_NUMBER: Final = 40
STOP: Final = frozenset({
    "stop", "stopall", "unsubscribe", "unsub", "optout", "arret", "desabonner", "stopp", "abmelden", "baja", "alto",
    "parar", "pare", "rezygnuje", "wypisz", "wypisuje", "dezabonare", "dezabonati", "opreste", "opriti", "стоп",
    "отписаться", "отписка", "отпишите", "отпиши", "відписатися",
})  # fmt: skip
"""Words that say it wherever a message begins with them: a message too many is worse than one too few."""
CHINESE: Final = ("退订", "退訂", "取消订阅", "取消訂閱", "停止")
"""The same in a script without spaces."""
STOP_ALONE: Final = frozenset({
    "end", "quit", "cancel", "fin", "ende", "koniec", "nie", "nu", "нет", "хватит", "td", "t", "r", "n", "no",
    "remove", "revoke", "退", "取消",
})  # fmt: skip
"""Words that say it when the message has no other."""
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Replies:
    """How the provider posts what people answer, as its documentation says: the secret that both know, the header of
    its signature (empty: it sends the secret itself), and where number and text stand in the JSON or the form."""

    secret: str
    signature_header: str = ""
    from_path: str = "from"
    text_path: str = "text"

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_SECRET:
            raise Invalid(said("the secret of replies has fewer than 16 letters"), field="replies.secret")


class Reply(NamedTuple):
    """Who wrote (in international form), and what."""

    sender: str
    text: str


def is_authentic(replies: Replies, headers: Mapping[str, str], body: bytes) -> bool:
    """Does this come from the provider? ``headers`` in any spelling of their names.

    >>> is_authentic(Replies("a secret of some length"), {"Authorization": "Bearer a secret of some length"}, b"")
    True
    >>> is_authentic(Replies("a secret of some length", signature_header="X-Signature"), {"X-Signature": "00"}, b"")
    False
    """
    given = {name.lower(): value for name, value in headers.items()}
    if replies.signature_header:
        return _is_signed(replies.secret, given.get(replies.signature_header.lower(), ""), body)
    return hmac.compare_digest(_credential(given.get("authorization", "")), replies.secret.encode())


def _is_signed(secret: str, signature: str, body: bytes) -> bool:
    mac = hmac.new(secret.encode(), body, hashlib.sha256)
    shown = signature.strip().removeprefix("sha256=").encode("utf-8", "replace")
    spellings = (mac.hexdigest().encode(), base64.b64encode(mac.digest()))
    return any(hmac.compare_digest(shown, spelling) for spelling in spellings)


def _credential(authorization: str) -> bytes:
    """The secret in a header: a bearer's token, or a password."""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode("utf-8", "replace")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(rest.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def read_reply(replies: Replies, content_type: str, body: bytes) -> Reply:
    """A message that came back. Raises :class:`~regard.base.Invalid` when number or text are not where they should be.

    >>> read_reply(Replies("a secret of some length"), "application/json", b'{"from": 48601234567, "text": "STOP"}')
    Reply(sender='+48601234567', text='STOP')
    """
    found = _parsed(content_type, body)
    sender, text = _at(found, replies.from_path), _at(found, replies.text_path)
    if not isinstance(sender, str | int) or not isinstance(text, str) or len(str(sender)) > LONGEST_NUMBER:
        raise Invalid(said("number and text are not where the settings say"), field="replies")
    digits = re.sub(r"\D", "", str(sender)).removeprefix("00")
    return Reply(f"+{digits}", text)


def _parsed(content_type: str, body: bytes) -> Any:
    try:
        text = body.decode()
        return json.loads(text) if "json" in content_type.lower() else dict(parse_qsl(text, keep_blank_values=True))
    except (ValueError, RecursionError) as error:
        raise Invalid(said("the message cannot be read"), field="replies") from error


def _at(found: Any, path: str) -> Any:
    """What stands at a path such as ``messages.0.from``; None where there is nothing."""
    for name in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def wants_to_stop(text: str) -> bool:
    """Does somebody say that they want no more messages?

    >>> [wants_to_stop(text) for text in ("STOP", "Stop!!", "stop texting me", "Arrêt", "退订谢谢", "END")]
    [True, True, True, True, True, True]
    >>> [wants_to_stop(text) for text in ("", "8", "The end was great", "non-stop fun")]
    [False, False, False, False]
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = _WORDS.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))
    if not words:
        return False
    is_first = words[0] in _FIRST or words[0].startswith(CHINESE)
    return is_first or (len(words) == 1 and words[0] in _ALONE)


def _folded(words: frozenset[str]) -> frozenset[str]:
    """Words in the spelling in which they are compared: й becomes и as ê becomes e."""
    parts = (unicodedata.normalize("NFKD", word) for word in words)
    return frozenset("".join(letter for letter in part if not unicodedata.combining(letter)) for part in parts)


_FIRST: Final = _folded(STOP)
_ALONE: Final = _folded(STOP_ALONE)
