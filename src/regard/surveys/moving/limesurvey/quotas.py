"""LimeSurvey's quotas as ours."""

from __future__ import annotations

from regard.base.words import said
from regard.surveys.expressions import every
from regard.surveys.model import Quota
from regard.surveys.moving.limesurvey.survey import Row, Survey
from regard.surveys.moving.limesurvey.texts import Texts
from regard.surveys.moving.limesurvey.translating import Known, condition_of
from regard.surveys.moving.wording import count_of, locale_of


def quotas_of(survey: Survey, known: Known, texts: Texts) -> list[Quota]:
    """The quotas whose conditions and limits can be said here; the others are listed."""
    found = []
    for row in survey.quotas:
        limit, place = count_of(row.get("qlimit")), said("quota {name}", name=row.get("name", ""))
        conditions: dict[str, list[str]] = {}
        for member in survey.quota_members:
            if member.get("quota_id") == row.get("id"):
                conditions.setdefault(member.get("qid", ""), []).append(_member(member, survey, known, place) or "")
        said_all = all(all(parts) for parts in conditions.values())
        if not limit or not conditions or not said_all:
            known.losses.lost(place, said("quota"), said("its condition or its limit cannot be said here"))
            continue
        if row.get("active") == "0":
            known.losses.lost(place, said("quota"), said("it was switched off there"))
            continue
        if row.get("action") == "2":
            known.losses.changed(
                place, said("quota action {action}", action="2"), said("further responses end here instead")
            )
        own = {
            locale_of(each.get("quotals_language")): each
            for each in survey.quota_texts
            if each.get("quotals_quota_id") == row.get("id")
        }
        said_then = {code: each.get("quotals_message", "") for code, each in own.items()}
        words = {code: each.get("quotals_urldescrip", "") or "→" for code, each in own.items()}
        address = texts.address("quotals_url", place, own)
        expression = every([" or ".join(f"({part})" for part in parts) for parts in conditions.values()])
        found.append(
            Quota(
                name=row.get("name") or "quota",
                expression=expression or "false",
                limit=limit,
                text=texts.put(said_then),
                navigate_to_url=address,
                navigate_text=texts.put(words) if address and row.get("autoload_url") != "1" else None,
            )
        )
    return found


def _member(member: Row, survey: Survey, known: Known, place: str) -> str | None:
    asked = next((question for question in survey.questions if question.qid == member.get("qid")), None)
    if asked is None:
        return None
    code = member.get("code", "")
    if asked.type == "M":
        return condition_of(f'{asked.code}_{code}.NAOK == "Y"', known, place)
    row, _, column = code.partition("-")
    if asked.type in "AB" and column:
        return condition_of(f'{asked.code}_{row}.NAOK == "{column}"', known, place)
    return condition_of(f'{asked.code}.NAOK == "{code}"', known, place)
