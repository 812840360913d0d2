"""Surveys out of Qualtrics."""

from regard.surveys.moving.qualtrics.reading import read_qualtrics

__all__ = ["read_qualtrics"]
