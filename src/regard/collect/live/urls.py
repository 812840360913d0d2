"""Addresses of what arrives live, below ``/w/<slug>/sources/``."""

from django.urls import path

from regard.collect.live import views

app_name = "live"

urlpatterns = [
    path("", views.sources, name="sources"),
    path("new/", views.new, name="new"),
    path("live/", views.recent, name="recent"),
    path("live/stream/", views.stream, name="stream"),
    path("live/quarantine/", views.quarantine, name="quarantine"),
    path("live/quarantine/replay/", views.replay, name="replay"),
    path("<str:key>/", views.show, name="source"),
    path("<str:key>/rotate/", views.rotate, name="rotate"),
    path("<str:key>/secret/", views.renew_secret, name="renew_secret"),
    path("<str:key>/identity/", views.demand_identity, name="demand_identity"),
    path("<str:key>/disable/", views.disable, name="disable"),
]
