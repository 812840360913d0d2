"""Addresses of the definitions, under ``/w/<slug>/settings/metrics/``."""

from django.urls import path

from regard.metrics import views

app_name = "metrics"

urlpatterns = [
    path("", views.definitions, name="definitions"),
    path("hours/", views.hours, name="hours"),
    path("<slug:key>/", views.definition, name="definition"),
]
