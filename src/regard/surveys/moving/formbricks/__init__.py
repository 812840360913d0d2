"""Surveys out of Formbricks."""

from regard.surveys.moving.formbricks.reading import read_formbricks

__all__ = ["read_formbricks"]
