"""Properties of a Formbricks survey: which are read elsewhere, and which have no place here, and why."""

from __future__ import annotations

from typing import Any, Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses

_QUIET: Final = frozenset(
    """id name title questions blocks endings variables hiddenFields welcomeCard languages createdAt updatedAt type
    status createdBy environmentId workspaceId displayOption isBackButtonHidden metadata slug followUps data
    thankYouCard redirectUrl productOverwrites projectOverwrites inlineTriggers resultShareKey
    showLanguageSwitch customHeadScriptsMode""".split()  # noqa: SIM905 - a list of words
)
_EXPLAINED: Final = {
    "styling": said("the survey has a theme of Regard's"),
    "surveyClosedMessage": said("who comes when it is closed is told so in words of Regard's"),
    "singleUse": said("send personal links, which may be used once"),
    "pin": said("nobody is asked for a PIN: send personal links"),
    "isVerifyEmailEnabled": said("send personal links to addresses that you know"),
    "isSingleResponsePerEmailEnabled": said("send personal links, which may be used once"),
    "recaptcha": said("nobody is asked to read a picture"),
    "triggers": said("who is asked, and when, is chosen when the survey is sent"),
    "segment": said("who is asked, and when, is chosen when the survey is sent"),
    "recontactDays": said("the attention budget says how often somebody is asked"),
    "displayPercentage": said("who is asked, and when, is chosen when the survey is sent"),
    "displayLimit": said("the attention budget says how often somebody is asked"),
    "delay": said("who is asked, and when, is chosen when the survey is sent"),
    "autoClose": said("a survey does not close while somebody answers"),
    "autoComplete": said("a quota of all responses ends a survey here"),
    "customHeadScripts": said("scripts do not run here"),
    "isAutoProgressingEnabled": said("everybody goes on with the button"),
}
"""Settings of a survey that are not here, and why."""


def list_settings(raw: dict[str, Any], losses: Losses) -> None:
    """List what a survey says that has no place here."""
    for name, why in _EXPLAINED.items():
        if _is_on(raw.get(name)):
            losses.lost(said("survey"), name, why)
    losses.unknown(said("survey"), raw, _QUIET | _EXPLAINED.keys())


def _is_on(setting: Any) -> bool:
    """Whether a setting says something: one that is switched off, or of which every part is, does not.

    >>> _is_on({"enabled": False, "isEncrypted": True}), _is_on({"overwriteThemeStyling": False}), _is_on(30)
    (False, False, True)
    """
    if isinstance(setting, dict):
        return setting.get("enabled") is not False and any(map(_is_on, setting.values()))
    return bool(setting)
