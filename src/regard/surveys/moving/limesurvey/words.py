"""Answers that LimeSurvey itself words."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "Y": {"default": "Yes", "de": "Ja", "fr": "Oui", "pl": "Tak", "ru": "Да", "ro": "Da", "es": "Sí", "zh-hans": "是"},
    "N": {"default": "No", "de": "Nein",
           "fr": "Non", "pl": "Nie", "ru": "Нет", "ro": "Nu", "es": "No", "zh-hans": "否"},
    "U": {"default": "Uncertain", "de": "Unsicher",
           "fr": "Incertain", "pl": "Nie wiem", "ru": "Не знаю", "ro": "Nu știu"},
    "I": {"default": "Increase", "de": "Zunahme", "fr": "Augmente", "pl": "Wzrost", "ru": "Рост", "ro": "Crește"},
    "S": {"default": "Same", "de": "Gleich",
           "fr": "Sans changement", "pl": "Bez zmian", "ru": "Без изменений", "ro": "La fel"},
    "D": {"default": "Decrease", "de": "Abnahme", "fr": "Diminue", "pl": "Spadek", "ru": "Спад", "ro": "Scade"},
    "F": {"default": "Female", "de": "Weiblich", "fr": "Féminin", "pl": "Kobieta", "ru": "Женский", "ro": "Feminin"},
    "M": {"default": "Male", "de": "Männlich", "fr": "Masculin", "pl": "Mężczyzna", "ru": "Мужской", "ro": "Masculin"},
}  # fmt: skip
