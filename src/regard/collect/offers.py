"""What the collector gives away: the settings that published clients ask for, and our own script for browsers."""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from regard.collect.intake import Scope

SCRIPT: Final = "/v1/regard.js"
_FILE: Final = "static/collect/regard.js"
_ASIDE: Final = re.compile(rb"^\s*(?://.*\n)?", re.MULTILINE)
"""What only its readers need: indentation, empty lines, lines of comment."""
_SETTINGS: Final = re.compile(r"/v1/projects/([^/]+)/settings")
_OPEN_PLAN: Final = {"__default": {"enabled": True, "integrations": {}}}


def settings_key(path: str) -> str | None:
    """The write key of an address of settings.

    >>> settings_key("/v1/projects/abc/settings"), settings_key("/v1/projects/abc")
    ('abc', None)
    """
    found = _SETTINGS.fullmatch(path)
    return found[1] if found else None


def settings(key: str, scope: Scope) -> dict[str, Any]:
    """The settings of a source as analytics.js and the mobile libraries read them: send everything here, only here."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    here = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": scope.get("scheme", "https")}
    return {
        "integrations": {"Segment.io": {**here, "unbundledIntegrations": [], "addBundledMetadata": True}},
        "plan": {"track": _OPEN_PLAN, "identify": _OPEN_PLAN, "group": _OPEN_PLAN},
        "metrics": {"sampleRate": 0},
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "remotePlugins": [],
        "analyticsNextEnabled": True,
        "legacyVideoPluginsEnabled": False,
    }


def script(scope: Scope) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    """The script for browsers as this one can read it, and the headers it is sent with."""
    is_zipped = b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", b"public, max-age=3600"),
        (b"vary", b"accept-encoding"),
    ]
    return _script(is_zipped), (*headers, (b"content-encoding", b"gzip")) if is_zipped else tuple(headers)


@cache
def _script(is_zipped: bool) -> bytes:
    text = _ASIDE.sub(b"", files("regard.collect").joinpath(_FILE).read_bytes())
    return gzip.compress(text, 9, mtime=0) if is_zipped else text
