"""Addresses of the API: its page, its description, and everything else through one door."""

from django.urls import path, re_path

from regard.accounts.api import views

app_name = "api"

urlpatterns = [
    path("docs", views.docs, name="docs"),
    path("openapi.json", views.description, name="description"),
    re_path(r"^(?P<path>[\s\S]*)\Z", views.door, name="door"),
]
