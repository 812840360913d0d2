"""What a brand adds to the pages (colours, logo), the code of an address, and the script for pages of other sites."""

from __future__ import annotations

from io import BytesIO

import qrcode
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from qrcode.image.svg import SvgPathImage

from regard.accounts.site import absolute, public
from regard.base import NotFound
from regard.surveys.models import Theme
from regard.surveys.respond.shades import shades
from regard.surveys.respond.visiting import UNKNOWN, continued

FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"})


def _theme_of(key: str) -> Theme:
    """The theme of a survey, also of one that is only being made: its makers see it so."""
    found = Theme.objects.public().filter(survey__key=key.replace("\0", "")).first()
    if found is None:
        raise NotFound(UNKNOWN)
    return found


@public
def theme(request: HttpRequest, key: str) -> HttpResponse:
    """The brand's colour for light and for dark, legible in both."""
    chosen = _theme_of(key)
    light, dark = shades(chosen.colour)
    css = f":root{{--fill:{light.fill};--on-fill:{light.text};--fill-dark:{dark.fill};--on-fill-dark:{dark.text}}}"
    return HttpResponse(css, content_type="text/css", headers={"Cache-Control": FOR_A_YEAR})


@public
def logo(request: HttpRequest, key: str) -> HttpResponse:
    """The brand's logo. An SVG is shown as a picture only: alone, its scripts and links to elsewhere do nothing."""
    found = _theme_of(key)
    if not found.logo or found.logo_type not in LOGO_TYPES:
        raise NotFound(UNKNOWN)
    answer = HttpResponse(bytes(found.logo), content_type=found.logo_type, headers={"Cache-Control": FOR_AN_HOUR})
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


@public
def qr(request: HttpRequest, token: str) -> HttpResponse:
    """The address of a response as a picture for a camera."""
    visit = continued(request, token)
    picture = BytesIO()
    qrcode.make(absolute(visit.address), image_factory=SvgPathImage, border=2).save(picture)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@public
def widget(request: HttpRequest) -> HttpResponse:
    """The script that other sites include: under one short address, whatever version this is."""
    answer = HttpResponseRedirect(staticfiles_storage.url("surveys/widget.js"))
    answer.headers["Cache-Control"] = FOR_AN_HOUR
    return answer
