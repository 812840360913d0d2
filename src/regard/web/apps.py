"""The look as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "regard.web"
    label = "web"
