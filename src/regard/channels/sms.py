"""Text messages through any provider that takes an HTTP request: what to send, and what its answer means, are data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from regard.base import Invalid, Unavailable
from regard.base.words import said
from regard.channels.message import Fate, Outcome, Text
from regard.channels.outgoing import UNANSWERED, Answer, Request, fetch
from regard.channels.replies import Replies

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""3GPP TS 23.038: the default alphabet of text messages, and the letters that take two places in it."""

WAIT = {408, 425, 429, 503}  # the provider says itself that it did not take it
CREDENTIALS = {401, 403, 407}


class Encoding(StrEnum):
    """How the template goes out."""

    JSON = "json"
    FORM = "form"
    QUERY = "query"


@dataclass(frozen=True)
class Provider:
    """A provider as its documentation describes it.

    In the texts of ``template`` ``{to}``, ``{text}`` and ``{sender}`` stand for the message's. A 2xx answer means that
    it was taken, unless ``success_path`` (``messages.0.status``) leads to something that is not in
    ``success_values``. ``reference_path`` leads to the provider's own number of the message. ``replies`` says how it
    tells what people answer; None: it does not.
    """

    url: str
    template: Mapping[str, Any]
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    encoding: Encoding = Encoding.JSON
    sender: str = ""
    success_path: str = ""
    success_values: tuple[str, ...] = ()
    reference_path: str = ""
    replies: Replies | None = None

    def __post_init__(self) -> None:
        written = json.dumps(self.template)
        if "{to}" not in written or "{text}" not in written:
            raise Invalid(said("the template must say where {{to}} and {{text}} go"), field="template")
        if self.encoding is not Encoding.JSON and not all(isinstance(value, str) for value in self.template.values()):
            raise Invalid(said("a form has texts only"), field="template")


def request_of(provider: Provider, text: Text) -> Request:
    """The request that sends this message.

    >>> shop = Provider("https://sms.example.org/send", {"to": "{to}", "body": "{text}"})
    >>> request_of(shop, Text("+48601234567", "Hi {to}")).body
    b'{"to": "+48601234567", "body": "Hi {to}"}'
    """
    filled = _filled(provider.template, {**text.values, "sender": text.sender or provider.sender})
    headers = dict(provider.headers)
    if provider.encoding is Encoding.QUERY:
        glue = "&" if "?" in provider.url else "?"
        return Request(f"{provider.url}{glue}{urlencode(filled)}", provider.method, headers)
    if provider.encoding is Encoding.FORM:
        kind, body = "application/x-www-form-urlencoded", urlencode(filled)
    else:
        kind, body = "application/json", json.dumps(filled, ensure_ascii=False)
    return Request(provider.url, provider.method, {"Content-Type": kind, **headers}, body.encode())


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    """The template with values in its texts; what a value itself says is never read as a template."""
    if isinstance(part, Mapping):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_filled(value, values) for value in part]
    return _written(part, values) if isinstance(part, str) else part


def _written(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        before, mark, after = text.partition(f"{{{name}}}")
        if mark:
            return _written(before, values) + value + _written(after, values)
    return text


def outcome_of(provider: Provider, answer: Answer) -> Outcome:
    """What the provider's answer means. Raises Unavailable when it does not know us: no message can go until that is
    put right. A 5xx may come after the message went: it is uncertain, but for 503, which says that it did not."""
    reason = str(answer.status)
    if answer.status in CREDENTIALS:
        raise Unavailable(
            said("the SMS provider does not accept the credentials ({status})", status=answer.status),
            remedy=said("check the headers in its settings; messages wait until it does"),
        )
    if answer.status in WAIT:
        return Outcome(Fate.LATER, reason)
    if answer.status >= 500:
        return Outcome(Fate.UNCERTAIN, reason)
    if not 200 <= answer.status < 300 or not _is_success(provider, answer):
        return Outcome(Fate.REFUSED, reason)
    return Outcome(Fate.SENT, reason, _at(answer, provider.reference_path))


def _is_success(provider: Provider, answer: Answer) -> bool:
    return not provider.success_path or _at(answer, provider.success_path) in provider.success_values


def _at(answer: Answer, path: str) -> str:
    """The text at a path of the answer's JSON; empty when there is none."""
    try:
        found: Any = json.loads(answer.body) if path else ""
        for name in path.split(".") if path else ():
            found = found[int(name)] if isinstance(found, list) else found[name]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return found if isinstance(found, str) else json.dumps(found)


def send_text(provider: Provider, text: Text, *, fetch: Callable[[Request], Answer] = fetch) -> Outcome:
    """Send one message. Raises Unavailable when the provider is out of reach or does not know us: nothing was sent."""
    try:
        answer = fetch(request_of(provider, text))
    except Unavailable as error:
        if error.code == UNANSWERED:
            return Outcome(Fate.UNCERTAIN, UNANSWERED)
        raise
    return outcome_of(provider, answer)


# --- length --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Segments:
    """What a text costs: its alphabet, its length in units of that, and how many messages it is billed as."""

    alphabet: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """How many messages a text becomes (3GPP TS 23.038 and 23.040): 160 letters, or 70 where one is not in the
    alphabet; 153 or 67 in each of several. Nothing that takes two places is cut in two.

    >>> segments("a" * 160).count, segments("a" * 161).count, segments("Cześć").alphabet
    (1, 2, 'UCS-2')
    """
    is_gsm = GSM_BASIC.union(GSM_EXTENSION).issuperset(text)
    sizes = list(_gsm_sizes(text) if is_gsm else _ucs2_sizes(text))
    alone, each = (160, 153) if is_gsm else (70, 67)
    count = min(1, len(sizes)) if sum(sizes) <= alone else _packed(sizes, each)
    return Segments("GSM-7" if is_gsm else "UCS-2", sum(sizes), count)


def _gsm_sizes(text: str) -> Iterator[int]:
    return (2 if letter in GSM_EXTENSION else 1 for letter in text)


def _ucs2_sizes(text: str) -> Iterator[int]:
    return (2 if ord(letter) > 0xFFFF else 1 for letter in text)


def _packed(sizes: list[int], room: int) -> int:
    count, free = 1, room
    for size in sizes:
        if size > free:
            count, free = count + 1, room
        free -= size
    return count
