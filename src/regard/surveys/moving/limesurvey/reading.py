"""A LimeSurvey structure file as a questionnaire of ours."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import every, written
from regard.surveys.model import (
    CalculatedValue,
    Html,
    Page,
    Question,
    Questionnaire,
    RandomGroup,
    Text,
    Validator,
)
from regard.surveys.moving.limesurvey.attributes import list_unread
from regard.surveys.moving.limesurvey.filled import filled_in
from regard.surveys.moving.limesurvey.filtering import filters_of
from regard.surveys.moving.limesurvey.old_conditions import relevance_of
from regard.surveys.moving.limesurvey.places import GRIDS, places_in
from regard.surveys.moving.limesurvey.questions import questions_from
from regard.surveys.moving.limesurvey.quotas import quotas_of
from regard.surveys.moving.limesurvey.source import Source
from regard.surveys.moving.limesurvey.survey import Asked, Group, Survey, survey_of
from regard.surveys.moving.limesurvey.texts import Texts
from regard.surveys.moving.limesurvey.translating import Known, condition_of, value_of
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.wording import Names, plain

_EMBEDDED: Final = re.compile(r"\{(?!\s)([^{}]+)(?<!\s)\}")
_PATTERN: Final = re.compile(
    r"""^\s*regexMatch\(\s*(["'])/(.*)/([a-z]*)\1\s*,\s*(?:this|self)(?:\.NAOK)?\s*\)\s*$""", re.DOTALL
)
_OFF: Final = ("", "0", "N", "I", "-1")
_SETTINGS: Final = {
    "usecaptcha": (("", "N", "E", "I"), said("nobody is asked to read a picture")),
    "startdate": (("",), said("it is open when it is published")),
    "expires": (("",), said("it is open until it is closed")),
    "navigationdelay": (_OFF, said("buttons work at once")),
    "questionindex": (_OFF, said("nobody jumps to a question out of a list")),
    "printanswers": (_OFF, said("answers are not shown for printing at the end")),
    "publicstatistics": (_OFF, said("nobody is shown the others' answers at the end")),
    "allowsave": (("", "0", "N", "I", "-1", "Y"), said("answers are always kept page by page")),
}
"""Settings that respondents notice: what switches them off, and why they are not here."""
_TEXTS: Final = {
    "surveyls_policy_notice": said("write it into the first page, or name its address in the theme"),
    "surveyls_policy_notice_label": said("ask for consent with a question of yes or no"),
}
_UNCHECKED: Final = said("Regard's expressions cannot say this; any answer is taken")
_NOT_READ: Final = {
    "assessments": said("points are not counted here"),
    "survey_url_parameters": said("what an address brings along becomes traits of the person"),
    "plugin_settings": said("plug-ins of LimeSurvey do not run here"),
    "themes": said("the survey has a theme of Regard's"),
}


def read_limesurvey(root: Any) -> Moved:
    """A survey out of an ``.lss``."""
    return _Reader(survey_of(root)).read()


class _Reader:
    """One survey on its way."""

    def __init__(self, survey: Survey):
        if not any(survey.questions):
            raise Invalid(said("the file has no questions"), field="file", remedy=REMEDY)
        self.survey, self.losses, self.names = survey, Losses(), Names()
        self.own = survey.languages[0] if survey.languages else "en"
        self.known = Known(self.losses, places_in(survey), own_language=self.own)
        self.calculated: list[CalculatedValue] = []
        self.texts = Texts(survey, self.known, self.names, self.own, self.calculated)
        self.pages: list[Page] = []
        self.units: dict[str, list[str]] = {}
        self.by_group: dict[str, list[str]] = {}

    def read(self) -> Moved:
        for code in self.survey.groupless:
            self.losses.lost(code, said("question"), said("its group is not in the file"))
        for question in self.survey.questions:
            self.known.names[question.code] = self.names.make(question.code)
        self._welcome()
        for group in self.survey.groups:
            self._group(group)
        questionnaire = Questionnaire(
            title=self.texts.of_survey("surveyls_title") or "",
            description=self.texts.of_survey("surveyls_description"),
            locale=self.own,
            pages=self.pages,
            calculated_values=self.calculated,
            quotas=quotas_of(self.survey, self.known, self.texts),
            random_groups=self._random_groups(),
            completed_text=self.texts.of_survey("surveyls_endtext"),
            navigate_to_url=self.texts.address("surveyls_url", said("survey")),
            navigate_text=self._button(),
            show_progress_bar=self.survey.settings.get("showprogress") != "N",
            allow_back=self.survey.settings.get("allowprev") == "Y",
            first_page_is_started=bool(self.pages and self.pages[0].name == "welcome"),
        )
        self._list_the_rest()
        return Moved(
            "limesurvey",
            questionnaire,
            self.losses.listed(),
            [],
            self.known.carried,
            self.survey,
            self.known.traits,
            self.units,
        )

    # --- the end ------------------------------------------------------------------------------------------------------

    def _button(self) -> Text | None:
        """Words of the link at the end; none where it goes there by itself."""
        if self.survey.settings.get("autoredirect") == "Y":
            return None
        said_of = {code: row.get("surveyls_urldescription", "") for code, row in self.survey.texts.items()}
        return self.texts.put(said_of) or self.texts.of_survey("surveyls_url")

    # --- pages --------------------------------------------------------------------------------------------------------

    def _welcome(self) -> None:
        texts = {code: "\x00" + row.get("surveyls_welcometext", "") for code, row in self.survey.texts.items()}
        text = self.texts.put(texts, said("welcome"))
        if (
            text
            and plain(text if isinstance(text, str) else next(iter(text.values())))
            and self.survey.settings.get("showwelcome") != "N"
        ):
            shown = Html(name=self.names.make("welcome_text"), html=text)
            self.pages.append(Page(name=self.names.make("welcome"), elements=[shown]))

    def _group(self, group: Group) -> None:
        place = said("group {title}", title=plain(next(iter(group.titles.values()), group.gid)))
        condition = condition_of(group.relevance, self.known, place)
        made: list[tuple[Asked, list[Question]]] = []
        for asked in group.questions:
            questions = self._question(asked, condition)
            if questions:
                made.append((asked, questions))
        for number, part in enumerate(self._parts(made)):
            name = self.names.make(plain(next(iter(group.titles.values()), "")) or "group", "group")
            is_random = len(part) > 1 and len({asked.attribute("random_group") for asked, _ in part}) == 1
            is_random = is_random and bool(part[0][0].attribute("random_group"))
            self.pages.append(
                Page(
                    name=name,
                    title=self.texts.put(group.titles) if number == 0 else None,
                    description=self.texts.put(group.descriptions) if number == 0 else None,
                    visible_if=condition,
                    questions_order="random" if is_random else "initial",
                    elements=[question for _, questions in part for question in questions],
                )
            )
            self.by_group.setdefault(group.gid, []).append(name)
            for asked, _ in part:
                self.units[f"{part[0][0].attribute('random_group')}@{group.gid}/{asked.code}"] = [name]

    def _parts(self, made: list[tuple[Asked, list[Question]]]) -> list[list[tuple[Asked, list[Question]]]]:
        """The questions of each page: all together or each alone, and those in random order apart."""
        is_alone = self.survey.settings.get("format") == "S"
        found: list[list[tuple[Asked, list[Question]]]] = []
        before: str | None = None
        for asked, questions in made:
            group = asked.attribute("random_group")
            if found and group == before and (not is_alone or group):
                found[-1].append((asked, questions))
            else:
                if found and group != before:
                    self.losses.cosmetic(
                        asked.code, "random_group", said("questions in random order have a page of their own")
                    )
                found.append([(asked, questions)])
            before = group
        return found

    def _question(self, asked: Asked, group_condition: str | None) -> list[Question]:
        old = relevance_of(asked, self.survey) if not asked.relevance else ""
        condition = condition_of(asked.relevance or old, self.known, asked.code, asked)
        self.known.shown_if[asked.code] = every([group_condition, condition])
        if asked.type == "*":
            self._equation(asked)
            return []
        if asked.attribute("hidden") == "1":
            self.losses.lost(asked.code, said("hidden question"), said("nobody answers it; it is left out"))
            return []
        return self._made(asked, condition)

    def _made(self, asked: Asked, condition: str | None) -> list[Question]:
        row_filter, single = filters_of(asked, self.known, asked.code)
        rows = {
            sub.code: shown_if
            for sub in asked.subs
            if (shown_if := condition_of(sub.relevance, self.known, f"{asked.code} {sub.code}", asked))
        }

        def name(part: str) -> str:
            return self.names.make(f"{self.known.names[asked.code]}_{part}") if part else self.known.names[asked.code]

        source = Source(
            asked, self.losses, lambda texts: self.texts.put(texts, asked.code), name, row_filter, single, rows
        )
        made: list[Question] = []
        parts = questions_from(source)
        self.known.carried |= {key: carried for key, _, carried in parts}
        for key, question, carried in parts:
            shown_if = every([condition, question.visible_if])
            checked = msgspec.structs.replace(question, visible_if=shown_if)
            if asked.type not in GRIDS or key == parts[-1][0]:  # what holds for a whole grid is asked of its last row
                checked = self._validated(asked, checked)
            if key == asked.code:
                checked = filled_in(asked, checked, carried, self.known)
            self.known.questions[key] = checked
            made.append(checked)
        list_unread(asked, self.losses)
        return made

    def _equation(self, asked: Asked) -> None:
        """An equation is a calculated value here."""
        text = asked.attribute("equation") or plain(asked.texts.get(self.own, ""))
        inside = text.strip().removeprefix("{").removesuffix("}") if text.strip().count("{") == 1 else ""
        value = value_of(inside, self.known, asked.code) if inside else None
        if value is None:
            if not inside:
                self.losses.lost(asked.code, said("equation"), said("it is more than one expression"))
            return
        from regard.surveys.moving.moved import Carried

        self.known.carried[asked.code] = Carried(self.known.names[asked.code])
        self.calculated.append(CalculatedValue(name=self.known.names[asked.code], expression=written(value)))

    def _validated(self, asked: Asked, question: Question) -> Question:
        found = list(question.validators)
        pattern = asked.row.get("preg", "").strip()
        expression = asked.attribute("em_validation_q")
        message = self.texts.put(asked.attributes.get("em_validation_q_tip", {}), asked.code)
        matched = _PATTERN.match(expression)
        if pattern:
            found.append(Validator(type="regex", regex=pattern.strip("/"), text=None))
        if matched:
            found.append(Validator(type="regex", regex=matched[2], text=message))
        elif expression:
            condition = condition_of(expression, self.known, asked.code, asked, _UNCHECKED)
            if condition:
                found.append(Validator(type="expression", expression=condition, text=message))
        return msgspec.structs.replace(question, validators=found) if found else question

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _random_groups(self) -> list[RandomGroup]:
        found: dict[str, list[list[str]]] = {}
        for group in self.survey.groups:
            if group.random and group.gid in self.by_group:
                found.setdefault(group.random, []).append(self.by_group[group.gid])
                self.units[f"{group.random}/{group.gid}"] = self.by_group[group.gid]
        made = []
        for units in found.values():
            if len(units) > 1:
                pages = [name for unit in units for name in unit]
                made.append(RandomGroup(pages=pages, blocks=[unit for unit in units if len(unit) > 1]))
        return made

    def _list_the_rest(self) -> None:
        for name, (off, why) in _SETTINGS.items():
            if self.survey.settings.get(name, "") not in off:
                self.losses.lost(said("survey"), name, why)
        for name, why in _TEXTS.items():
            if any(plain(row.get(name, "")) for row in self.survey.texts.values()):
                self.losses.lost(said("survey"), name, why)
        for table, why in _NOT_READ.items():
            if self.survey.tables.get(table):
                self.losses.lost(said("survey"), table, why)
        if self.survey.settings.get("assessments") == "Y":
            self.losses.lost(said("survey"), said("assessments"), said("points are not counted here"))
        if self.survey.settings.get("format") == "A":
            self.losses.cosmetic(
                said("survey"), said("all questions on one page"), said("every group has a page of its own")
            )
