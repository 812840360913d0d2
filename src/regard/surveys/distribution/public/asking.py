"""Pages of other sites ask whether there is an invitation for whoever looks at them."""

from __future__ import annotations

from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regard.accounts.site import Workspace, absolute, public
from regard.base import Forbidden, Invalid, RegardError, Unauthorized
from regard.base.shapes import learn
from regard.base.words import said
from regard.collect.site import Source, is_signed, source_of
from regard.surveys.distribution.claiming import claim_for, claim_proved
from regard.surveys.respond import limits
from regard.surveys.respond.visiting import personal_address

ASKS: Final = 600
"""Pages a minute from one address, as for respondents: an office may share one."""
SHARED: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "7200",
}


class Asks(msgspec.Struct, frozen=True, rename="camel"):
    """What a page says: for which source it speaks, which browser it is in, and whose page it is where it can prove it:
    ``userHash`` is the code of ``userId``, made on the company's server."""

    write_key: str
    anonymous_id: str | None = None
    user_id: str = ""
    user_hash: str = ""

    @property
    def is_proved(self) -> bool:
        return bool(self.user_id and self.user_hash)


learn(Asks)


@csrf_exempt
@public
@require_http_methods(["POST", "OPTIONS"])
def ask(request: HttpRequest) -> HttpResponse:
    """The address of an invitation, to be shown in a frame; 204 where there is none, whoever asks."""
    try:
        answer = _preflight() if request.method == "OPTIONS" else _answer(request)
    except RegardError as error:
        status = 400 if isinstance(error, Invalid) else error.status
        answer = JsonResponse({"success": False, "code": error.code, "message": str(error)}, status=status)
    for name, value in SHARED.items():
        answer.headers[name] = value
    return answer


def _preflight() -> HttpResponse:
    return HttpResponse(status=204, headers=PREFLIGHT)


def _answer(request: HttpRequest) -> HttpResponse:
    limits.count(request, "asks", ASKS)
    asks = _read(request)
    source = _source(request, asks.write_key)
    workspace = Workspace.objects.get(slug=source.workspace)
    if asks.is_proved and not is_signed(source.identity_secret, asks.user_id, asks.user_hash):
        raise Unauthorized(said("this id was not signed with the secret of this source"), code="not_signed")
    one = claim_proved(workspace, asks.user_id) if asks.is_proved else claim_for(workspace, asks.anonymous_id or "")
    return JsonResponse({"url": absolute(personal_address(one))}) if one else HttpResponse(status=204)


def _read(request: HttpRequest) -> Asks:
    try:
        asks = msgspec.json.decode(request.body, type=Asks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unread() from error
    if asks.anonymous_id is None and not asks.is_proved:
        raise _unread()
    return asks


def _unread() -> Invalid:
    return Invalid(said("a page says writeKey and anonymousId, or userId and userHash, in JSON"))


def _source(request: HttpRequest, write_key: str) -> Source:
    """By the same rules as the collector: raises Unauthorized for a key that is nobody's, Forbidden for a page that
    may not send with it."""
    source, origin = source_of(write_key), request.headers.get("Origin", "")
    if source is None:
        raise Unauthorized(said("this write key is not known here"), code="unknown_key")
    if origin and not source.allows(origin):
        raise Forbidden(said("this source takes nothing from pages of that address"), code="origin")
    return source
