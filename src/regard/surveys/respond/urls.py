"""The public addresses of surveys, under ``/s/``."""

from __future__ import annotations

from django.urls import path

from regard.surveys.respond import branding, views

app_name = "respond"
urlpatterns = [
    path("widget.js", branding.widget, name="widget"),
    path("i/<str:token>/", views.invited, name="invited"),
    path("r/<str:token>/", views.response, name="response"),
    path("r/<str:token>/elsewhere/", views.elsewhere, name="elsewhere"),
    path("r/<str:token>/elsewhere/qr.svg", branding.qr, name="qr"),
    path("k/<str:token>/", views.kiosk, name="kiosk"),
    path("<str:key>/", views.anonymous, name="anonymous"),
    path("<str:key>/embed/", views.embedded, name="embed"),
    path("<str:key>/theme.css", branding.theme, name="theme"),
    path("<str:key>/logo", branding.logo, name="logo"),
]
