"""Every address of the site. Pages of a workspace live under ``/w/<slug>/``, what respondents see under ``/s/``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

OF_A_WORKSPACE = {
    "report": "",
    "profiles": "",
    "profiles.directory": "",
    "accounts.keys": "settings/keys/",
    "collect": "imports/",
    "collect.live": "sources/",
    "surveys.files": "surveys/files/",
    "report.responses": "surveys/",
    "metrics": "settings/metrics/",
    "surveys.sending": "surveys/",
    "surveys.builder": "surveys/",
}

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("regard.accounts.urls")),
    path("api/v1/", include("regard.accounts.api.urls")),
    path("s/", include("regard.surveys.distribution.public.urls")),
    path("s/", include("regard.surveys.respond.urls")),
    *(
        path(f"w/<slug:slug>/{prefix}", include(f"regard.{storey}.urls"))
        for storey, prefix in OF_A_WORKSPACE.items()
        if find_spec(f"regard.{storey}.urls")
    ),
]
