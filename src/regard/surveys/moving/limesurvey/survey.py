"""A LimeSurvey structure file as LimeSurvey structures it, from any version; old ones have a row a language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from regard.surveys.moving.wording import locale_of

Row = dict[str, str]
MULTIPLE: Final = "MP"
"""Question types of which each subquestion is a box to tick."""


@dataclass
class Option:
    """A subquestion, or an answer that can be chosen."""

    id: str
    code: str
    order: int
    scale: int
    texts: dict[str, str]
    relevance: str = ""


@dataclass(frozen=True)
class Default:
    """A default value: of which subquestion and scale, for what beside the answer (``other``, ``comment``)."""

    sub: str
    scale: str
    special: str
    texts: dict[str, str]

    def said(self, language: str) -> str:
        return self.texts.get(language) or next(iter(self.texts.values()), "")


@dataclass
class Asked:
    """One question."""

    qid: str
    gid: str
    type: str
    code: str
    order: int
    row: Row
    texts: dict[str, str] = field(default_factory=dict)
    helps: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    """By name and language; ``""`` for all languages."""
    subs: list[Option] = field(default_factory=list)
    answers: list[Option] = field(default_factory=list)
    defaults: list[Default] = field(default_factory=list)

    def attribute(self, name: str) -> str:
        given = self.attributes.get(name, {})
        return (given.get("") or next(iter(given.values()), "")).strip()

    def rows(self, scale: int = 0) -> list[Option]:
        return [sub for sub in self.subs if sub.scale == scale]

    @property
    def relevance(self) -> str:
        return self.row.get("relevance", "").strip()


@dataclass
class Group:
    """Questions that stand together."""

    gid: str
    order: int
    relevance: str
    random: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    questions: list[Asked] = field(default_factory=list)


@dataclass
class Survey:
    """All of a file that means something to a respondent."""

    sid: str
    settings: Row
    languages: list[str]
    texts: dict[str, Row]
    groups: list[Group]
    quotas: list[Row]
    quota_members: list[Row]
    quota_texts: list[Row]
    tables: dict[str, int]
    """Rows of every table in the file."""
    conditions: list[Row] = field(default_factory=list)
    groupless: list[str] = field(default_factory=list)
    """Codes of the questions whose group the file does not hold."""

    @property
    def questions(self) -> Iterator[Asked]:
        return (question for group in self.groups for question in group.questions)


def survey_of(root: Any) -> Survey:
    """The survey in an XML tree."""
    tables = {str(table.tag): _rows(table) for table in root if isinstance(table.tag, str)}
    settings = next(iter(tables.get("surveys", [])), {})
    own = settings.get("language", "en")
    listed = [own, *settings.get("additional_languages", "").split()]
    questions = _questions(tables, own)
    groups = _groups(tables, own) or [Group(gid, 0, "", "", {}, {}) for gid in {one.gid for one in questions.values()}]
    for group in groups:
        mine = [question for question in questions.values() if question.gid == group.gid]
        group.questions = sorted(mine, key=lambda question: question.order)
    return Survey(
        sid=settings.get("sid", ""),
        settings=settings,
        languages=[locale_of(language) for language in dict.fromkeys(listed)],
        texts={locale_of(row.get("surveyls_language")): row for row in tables.get("surveys_languagesettings", [])},
        groups=sorted(groups, key=lambda group: group.order),
        quotas=tables.get("quota", []),
        quota_members=tables.get("quota_members", []),
        quota_texts=tables.get("quota_languagesettings", []),
        tables={name: len(rows) for name, rows in tables.items()},
        conditions=tables.get("conditions", []),
        groupless=[one.code for one in questions.values() if one.gid not in {group.gid for group in groups}],
    )


def _rows(table: Any) -> list[Row]:
    return [
        {str(cell.tag): "".join(cell.itertext()) for cell in row if isinstance(cell.tag, str)}
        for rows in table.findall("rows")
        for row in rows.findall("row")
    ]


def _number(text: str | None) -> int:
    try:
        return int(float(text or 0))
    except (ValueError, OverflowError):
        return 0


def _groups(tables: dict[str, list[Row]], own: str) -> list[Group]:
    found: dict[str, Group] = {}
    for row in tables.get("groups", []):
        gid, language = row.get("gid", ""), locale_of(row.get("language") or own)
        order, relevance = _number(row.get("group_order")), row.get("grelevance", "").strip()
        group = found.setdefault(gid, Group(gid, order, relevance, row.get("randomization_group", "").strip(), {}, {}))
        if "group_name" in row:
            group.titles[language], group.descriptions[language] = row["group_name"], row.get("description", "")
    for row in tables.get("group_l10ns", []):
        if row.get("gid") in found:
            language = locale_of(row.get("language"))
            found[row["gid"]].titles[language] = row.get("group_name", "")
            found[row["gid"]].descriptions[language] = row.get("description", "")
    return list(found.values())


def _questions(tables: dict[str, list[Row]], own: str) -> dict[str, Asked]:
    found: dict[str, Asked] = {}
    subs: dict[str, Option] = {}
    parents: dict[str, str] = {}
    for row in [*tables.get("questions", []), *tables.get("subquestions", [])]:
        if row.get("parent_qid", "0") not in ("", "0"):
            _put_sub(row, subs, parents, own)
        else:
            _put_question(row, found, own)
    _put_texts(tables, found, subs)
    for qid, option in subs.items():
        if parents[qid] in found:
            found[parents[qid]].subs.append(option)
    _put_answers(tables, found, own)
    _put_attributes(tables, found)
    _put_defaults(tables, found, own)
    for asked in found.values():
        asked.subs.sort(key=lambda option: (option.scale, option.order))
        asked.answers.sort(key=lambda option: (option.scale, option.order))
    return found


def _put_question(row: Row, found: dict[str, Asked], own: str) -> None:
    qid, order = row.get("qid", ""), _number(row.get("question_order"))
    asked = found.setdefault(qid, Asked(qid, row.get("gid", ""), row.get("type", ""), row.get("title", ""), order, row))
    if "question" in row:
        language = locale_of(row.get("language") or own)
        asked.texts[language], asked.helps[language] = row["question"], row.get("help", "")


def _put_sub(row: Row, subs: dict[str, Option], parents: dict[str, str], own: str) -> None:
    qid = row.get("qid", "")
    option = subs.setdefault(qid, _option(row, qid, "title", "question_order"))
    option.relevance = row.get("relevance", "").strip()
    parents[qid] = row["parent_qid"]
    if "question" in row:
        option.texts[locale_of(row.get("language") or own)] = row["question"]


def _put_texts(tables: dict[str, list[Row]], found: dict[str, Asked], subs: dict[str, Option]) -> None:
    for row in tables.get("question_l10ns", []):
        qid, language = row.get("qid", ""), locale_of(row.get("language"))
        if qid in found:
            found[qid].texts[language], found[qid].helps[language] = row.get("question", ""), row.get("help", "")
        elif qid in subs:
            subs[qid].texts[language] = row.get("question", "")


def _put_attributes(tables: dict[str, list[Row]], found: dict[str, Asked]) -> None:
    for row in tables.get("question_attributes", []):
        if row.get("qid") in found and row.get("attribute"):
            language = locale_of(row["language"]) if row.get("language") else ""
            found[row["qid"]].attributes.setdefault(row["attribute"], {})[language] = row.get("value", "")


def _put_defaults(tables: dict[str, list[Row]], found: dict[str, Asked], own: str) -> None:
    by_id: dict[str, Default] = {}
    by_place: dict[tuple[str, ...], Default] = {}
    for row in tables.get("defaultvalues", []):
        place = tuple(row.get(name, "") for name in ("qid", "sqid", "scale_id", "specialtype"))
        if place[0] in found and place not in by_place:
            by_place[place] = Default(place[1], place[2], place[3], {})
            found[place[0]].defaults.append(by_place[place])
        if place in by_place and row.get("dvid"):
            by_id[row["dvid"]] = by_place[place]
        if place in by_place and row.get("defaultvalue"):
            by_place[place].texts[locale_of(row.get("language") or own)] = row["defaultvalue"]
    for row in tables.get("defaultvalue_l10ns", []):
        if row.get("dvid") in by_id and row.get("defaultvalue"):
            by_id[row["dvid"]].texts[locale_of(row.get("language") or own)] = row["defaultvalue"]


def _option(row: Row, key: str, code: str, order: str) -> Option:
    return Option(key, row.get(code, ""), _number(row.get(order)), _number(row.get("scale_id")), {})


def _put_answers(tables: dict[str, list[Row]], found: dict[str, Asked], own: str) -> None:
    known: dict[tuple[str, str, str], Option] = {}
    by_id: dict[str, Option] = {}
    for row in tables.get("answers", []):
        place = (row.get("qid", ""), row.get("code", ""), row.get("scale_id", "0"))
        if place not in known and place[0] in found:
            known[place] = _option(row, row.get("aid", ""), "code", "sortorder")
            found[place[0]].answers.append(known[place])
        if place in known and "answer" in row:
            known[place].texts[locale_of(row.get("language") or own)] = row["answer"]
        if place in known and row.get("aid"):
            by_id[row["aid"]] = known[place]
    for row in tables.get("answer_l10ns", []):
        if row.get("aid") in by_id:
            by_id[row["aid"]].texts[locale_of(row.get("language"))] = row.get("answer", "")
