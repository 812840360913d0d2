"""Imports as a Django app."""

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "regard.collect"
    label = "collect"
