"""Surveys as a Django app."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "regard.surveys"
    label = "surveys"
