"""Addresses of keys, below ``/w/<slug>/settings/keys/``."""

from django.urls import path

from regard.accounts.keys import views

app_name = "keys"

urlpatterns = [
    path("", views.keys, name="keys"),
    path("new/", views.make, name="make"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
