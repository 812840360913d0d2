"""The addresses that mails and text messages name beside the survey's own, under ``/s/``."""

from __future__ import annotations

from django.urls import path

from regard.surveys.distribution.public import asking, views

app_name = "preferences"
urlpatterns = [
    path("app/", asking.ask, name="app"),
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", views.preferences, name="preferences"),
    path("sms/replies/", views.replies, name="replies"),
    path("o/<str:token>/", views.opened, name="opened"),
]
