"""A Qualtrics survey file as a questionnaire of ours."""

from __future__ import annotations

from typing import Any, Final

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.model import Question, Questionnaire, Quota, Text
from regard.surveys.moving.moved import Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.qualtrics.conditions import Known, condition_of
from regard.surveys.moving.qualtrics.ends import address_of
from regard.surveys.moving.qualtrics.laying import Layout, set_fields
from regard.surveys.moving.qualtrics.piping import Pipes
from regard.surveys.moving.qualtrics.questions import questions_from
from regard.surveys.moving.qualtrics.refining import refined
from regard.surveys.moving.qualtrics.source import Source
from regard.surveys.moving.qualtrics.survey import Node, Survey, key_of, nodes_in, survey_of
from regard.surveys.moving.wording import Names, count_of, locale_of, mapping, plain, text_in

MOST_QUESTIONS: Final = 5_000
_QUIET: Final = frozenset({"SCO", "STAT", "QC", "RS", "PROJ", "PL", "NT", "QG", "BR", "None", "OP", "SB"})
_READ: Final = frozenset(
    [
        "DefaultChoices",
        "QuestionText",
        "QuestionText_Unsafe",
        "DataExportTag",
        "QuestionType",
        "Selector",
        "SubSelector",
        "Configuration",
        "Choices",
        "QuestionDescription",
        "ChoiceOrder",
        "Validation",
        "Language",
        "QuestionID",
        "NextChoiceId",
        "NextAnswerId",
        "Answers",
        "AnswerOrder",
        "RecodeValues",
        "Randomization",
        "DisplayLogic",
        "InPageDisplayLogic",
        "DataVisibility",
        "GradingData",
        "ChoiceDataExportTags",
        "AnalyzeChoices",
        "VariableNaming",
        "ColumnLabels",
        "Labels",
        "DynamicChoices",
        "DynamicChoicesData",
        "AdditionalQuestions",
        "NumberOfQuestions",
        "NumberOfGroups",
        "GraphicsDescription",
        "Groups",
        "QuestionTextUnsafe",
        "SearchSource",
        "ClarifyingSymbolType",
        "SurveyLanguage",
        "ReorderAnswers",
        "ChoiceGroups",
        "ChoiceGroupOrder",
    ]
)
_OPTIONS: Final = {
    "PasswordProtection": (("No", "false"), said("nobody is asked for a password: send personal links instead")),
    "RefererCheck": (("No", "false"), said("nobody is asked where they come from")),
    "SurveyExpiration": (("None",), said("it is open until it is closed")),
    "QuestionsPerPage": (("0", "None"), said("blocks and page breaks make the pages")),
    "EmailThankYou": (("false", "No"), said("no mail thanks for an answer")),
    "AutoAdvance": (("false", "False"), said("a button goes on")),
    "ConfirmStart": (("false", "False"), said("the first page is shown at once")),
}
"""Options that respondents notice: what switches them off, and why they are not here."""
_EXPLAINED: Final = {
    "QuestionJS": said("scripts are not run here"),
    "DynamicAnswers": said("columns that come from another question are not carried over"),
}


def read_qualtrics(data: dict[str, Any]) -> Moved:
    """A survey out of a ``.qsf``."""
    return _Reader(survey_of(data)).read()


class _Reader:
    """One survey on its way."""

    def __init__(self, survey: Survey):
        if not survey.questions:
            raise Invalid(said("the file has no questions"), field="file", remedy=REMEDY)
        if len(survey.questions) > MOST_QUESTIONS:
            raise Invalid(said("the survey has more than {most} questions", most=MOST_QUESTIONS), field="file")
        self.survey = survey
        self.losses = survey.losses
        self.known = Known(self.losses, turned=survey.turns, choice_logic=_choice_logic(survey))
        self.own = locale_of(survey.entry.get("SurveyLanguage"))
        self.names = Names()
        self.named: dict[str, str] = {}
        self.pipes = Pipes(survey, self.known, self.named, self.losses)
        self.known.piped = lambda text: self.pipes.put(text, "")
        self.sources: dict[str, Source] = {}

    def read(self) -> Moved:
        keys = [
            (question, node)
            for node in nodes_in(self.survey.flow)
            if node.kind == "Block" and node.id in self.survey.blocks
            for question in self._questions_of(node.id)
        ]
        if len(keys) > MOST_QUESTIONS:
            raise Invalid(said("the survey asks more than {most} questions", most=MOST_QUESTIONS), field="file")
        for question, node in keys:
            self._name(question, node)
        for field in set_fields(self.survey):
            self.known.calculated[field] = self.names.make(field, "field")
        for question, node in keys:
            self._ask(question, node)
        self.known.at(None)
        layout = Layout(self.survey, self.known, self.losses, self._refined)
        pages = layout.pages()
        self._list_the_rest(layout)
        questionnaire = Questionnaire(
            title=plain(self.survey.entry.get("SurveyName")),
            locale=self.own,
            pages=pages,
            triggers=layout.triggers,
            calculated_values=layout.calculated,
            quotas=self._quotas(),
            random_groups=layout.groups,
            completed_text=layout.end_text(),
            navigate_to_url=layout.end_address(),
            page_next_text=self._button("NextButton"),
            page_prev_text=self._button("PreviousButton"),
            show_progress_bar=self.survey.options.get("ProgressBarDisplay") not in (None, "None", ""),
            allow_back=str(self.survey.options.get("BackButton")).lower() == "true",
        )
        return Moved(
            "qualtrics", questionnaire, self.losses.listed(), layout.notes, self.known.carried, self.survey,
            self.known.traits, layout.units,
        )  # fmt: skip

    def _questions_of(self, block: str) -> list[str]:
        listed = [element.question for element in self.survey.blocks[block].elements if element.question]
        for question in listed:
            if question not in self.survey.questions:
                self.losses.lost(block, said("question {key}", key=question), said("the file does not hold it"))
        return [question for question in dict.fromkeys(listed) if question in self.survey.questions]

    def _name(self, question: str, node: Node) -> None:
        key = key_of(question, node.occurrence)
        tag = self.survey.questions[question].get("DataExportTag") or question
        self.named[key] = self.names.make(f"{tag}_{node.turn.id}" if node.turn else tag)
        self.known.occurrences.setdefault(question, [])
        if node.occurrence == 2 and not node.turn:
            why = said(
                "it is asked again under another name, without the first answer; conditions read the last answer"
            )
            self.losses.changed(question, said("the question's block stands in the flow more than once"), why)

    def _ask(self, question: str, node: Node) -> None:
        """Make the questions of ours, still without conditions."""
        key, raw = key_of(question, node.occurrence), self.survey.questions[question]
        self.known.at(node, self.survey.blocks[node.id])

        def name(part: str) -> str:
            return self.names.make(f"{self.named[key]}_{part}") if part else self.named[key]

        source = Source(key, raw, self.losses, self._text, name)
        self.sources[key] = source
        self._list_unread(question, raw)
        for part, made, carried in questions_from(source):
            self.known.questions[part], self.known.carried[part] = made, carried
            base = part.partition("~")[0] if part == key else part.replace(key, question)
            known = self.known.occurrences.setdefault(base, [])
            known.append(part)

    def _list_unread(self, question: str, raw: dict[str, Any]) -> None:
        for name, value in raw.items():
            if name in _EXPLAINED and value not in (None, "", [], {}, False):
                self.losses.lost(question, name, _EXPLAINED[name])
        self.losses.unknown(question, raw, _READ | set(_EXPLAINED))
        if mapping(raw.get("DataVisibility")).get("Hidden"):
            self.losses.changed(
                question, said("hidden question"), said("it is shown here: take it out if nobody may see it")
            )

    def _refined(self, key: str) -> dict[str, Question]:
        return refined(self.sources[key], self.known) if key in self.sources else {}

    def _text(self, raw: dict[str, Any], path: tuple[str, ...]) -> Text | None:
        """The text at a path in every language; an empty step at the end keeps its HTML."""
        keep, way = path[-1] == "", tuple(step for step in path if step)
        texts = {self.own: _at(raw, way)}
        for language, translated in mapping(raw.get("Language")).items():
            found = _at(mapping(translated), way)
            if found:
                texts.setdefault(locale_of(language), found)
        place = str(raw.get("QuestionID") or "")
        shown = {key: self.pipes.put(text if keep else plain(text), place, key).strip() for key, text in texts.items()}
        return text_in(shown, self.own)

    def _button(self, name: str) -> Text | None:
        """The words of a button; its arrows are none."""
        given = self.survey.options.get(name)
        texts = {locale_of(code): plain(text) for code, text in given.items()} if isinstance(given, dict) else {}
        texts = texts or {self.own: plain(given)}
        return text_in({code: text for code, text in texts.items() if any(map(str.isalpha, text))}, self.own)

    def _quotas(self) -> list[Quota]:
        found = []
        for raw in self.survey.quotas:
            name, limit = str(raw.get("Name") or raw.get("ID") or "quota"), count_of(raw.get("Occurrences"))
            place = said("quota {name}", name=name)
            condition = condition_of(raw.get("Logic"), self.known, place)
            if condition is None or limit is None:
                self.losses.lost(place, said("quota"), said("its condition or its limit cannot be said here"))
                continue
            if str(raw.get("LogicType") or "Simple") not in ("Simple", "") or raw.get("QuotaRealm") not in (
                None,
                "Survey",
                "",
            ):
                self.losses.changed(
                    place, said("quota over several cells"), said("only one condition with one limit is kept")
                )
            if raw.get("QuotaAction") not in (None, "EndCurrentSurvey", "EndSurvey", "EndSurveyAndRedirect"):
                why = said("further responses end here instead")
                self.losses.changed(place, said("quota action {action}", action=raw.get("QuotaAction")), why)
            address = address_of(mapping(raw.get("EndSurveyOptions")), self.known, place)
            found.append(Quota(name=name, expression=condition, limit=limit, navigate_to_url=address))
        return found

    def _list_the_rest(self, layout: Layout) -> None:
        for tag in self.survey.others:
            if tag not in _QUIET and tag != "TR":
                self.losses.lost(said("file"), said("element {tag}", tag=tag), said("Regard has no place for it"))
        scoring = next((each for each in self.survey.others.get("SCO", []) if isinstance(each, dict)), {})
        if scoring.get("ScoringCategories"):
            self.losses.lost(said("file"), said("scoring"), said("points are not counted here"))
        for what in ("Header", "Footer"):
            if plain(self.survey.options.get(what)):
                self.losses.lost(said("file"), what, said("the theme of the survey says what stands above and below"))
        for name, (off, why) in _OPTIONS.items():
            if str(self.survey.options.get(name) or "") not in ("", *off):
                self.losses.lost(said("file"), name, why)
        self._note_the_unused(layout)

    def _note_the_unused(self, layout: Layout) -> None:
        used = {element.question for block in self.survey.blocks.values() for element in block.elements}
        for question in self.survey.questions:
            if question not in used:
                layout.notes.append(
                    said("{key} is in the bin or in no block, and was not asked there either", key=question)
                )
        placed = {node.id for node in nodes_in(self.survey.flow)}
        for block in self.survey.blocks.values():
            if block.id not in placed and block.elements:
                layout.notes.append(
                    said("block {title} is not in the flow, and was not asked there either", title=block.title)
                )


def _choice_logic(survey: Survey) -> dict[tuple[str, str], Any]:
    return {
        (key, code): choice["DisplayLogic"]
        for key, raw in survey.questions.items()
        for code, choice in mapping(raw.get("Choices")).items()
        if mapping(choice).get("DisplayLogic")
    }


def _at(given: Any, way: tuple[str, ...]) -> str:
    for step in way:
        given = mapping(given).get(step)
    return given if isinstance(given, str) else "" if given is None or isinstance(given, dict | list) else str(given)
