"""Profiles as a Django app."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "regard.profiles"
    label = "profiles"
