"""Surveys out of SurveyJS, and into it."""

from regard.surveys.moving.surveyjs.reading import read_surveyjs
from regard.surveys.moving.surveyjs.writing import export_losses, surveyjs_json

__all__ = ["export_losses", "read_surveyjs", "surveyjs_json"]
