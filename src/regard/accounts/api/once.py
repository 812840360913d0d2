"""A write that is repeated happens once: ``Idempotency-Key`` keeps the answer for a day and gives it again.

After the IETF draft *The Idempotency-Key HTTP Header Field*: the same key with another request is refused (422), one
that is being worked on is refused too (409).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regard.accounts.keys.models import KeptAnswer, Key
from regard.base import Conflict, Invalid
from regard.base.clock import now

HEADER = "Idempotency-Key"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=2)
"""A write of which nothing has been heard for so long was cut off; it may be made again."""
NOT_KEPT = frozenset({401, 403, 409, 429})
"""Answers that say nothing about the write itself: it may be tried again with the same key."""
_NAME = re.compile(r"[!-~]{1,255}")
HEADERS = ("Content-Type", "Location")


def once(request: HttpRequest, key: Key | None, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Make the answer, or give the one that was made before for the same idempotency key and request."""
    name = request.headers.get(HEADER)
    if name is None or key is None or request.method not in WRITES:
        return make()
    if not _NAME.fullmatch(name):
        raise Invalid(_("Write 1 to 255 visible ASCII characters."), field=HEADER)
    kept, is_new = _begun(key, name, _digest(request))
    return _make_and_keep(kept, make) if is_new else _again(kept)


def _begun(key: Key, name: str, digest: str) -> tuple[KeptAnswer, bool]:
    """The kept answer of this name, and whether it is still to be made, by us alone."""
    old = KeptAnswer.objects.filter(key=key)
    old.filter(made_at__lt=now() - KEPT).delete()
    old.filter(name=name, status=None, made_at__lt=now() - GIVEN_UP).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(key=key, name=name, request_hash=digest), True
    except IntegrityError:
        kept = old.filter(name=name).first()
    if kept is None or (kept.status is None and kept.request_hash == digest):
        raise Conflict(_("This write is being worked on."), remedy=_("Ask again in a moment."), code="in_progress")
    if kept.request_hash != digest:
        raise Invalid(
            _("This idempotency key came with another request before."),
            field=HEADER,
            code="idempotency_key_reused",
            remedy=_("Use a new key for each write."),
        )
    return kept, False


def _make_and_keep(kept: KeptAnswer, make: Callable[[], HttpResponse]) -> HttpResponse:
    response = None
    try:
        response = make()
    finally:
        if response is None or response.status_code in NOT_KEPT or response.status_code >= 500:
            kept.delete()
    if kept.pk:
        kept.status, kept.body = response.status_code, bytes(response.content)
        kept.headers = {name: response[name] for name in HEADERS if name in response}
        kept.save(update_fields=["status", "headers", "body"])
    return response


def _again(kept: KeptAnswer) -> HttpResponse:
    return HttpResponse(bytes(kept.body), status=kept.status, headers={**kept.headers, "Idempotent-Replayed": "true"})


def _digest(request: HttpRequest) -> str:
    """What tells one request from another: its address and all that it holds."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    digest.update(repr(sorted(request.POST.lists())).encode(errors="surrogatepass"))
    for field, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(f"\n{field} {file.name} {file.size}\n".encode(errors="surrogatepass"))
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
