"""Surveys out of LimeSurvey."""

from regard.surveys.moving.limesurvey.reading import read_limesurvey

__all__ = ["read_limesurvey"]
