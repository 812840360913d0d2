"""A SurveyJS survey as a questionnaire of ours: a subset of its JSON is our own."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.surveys.expressions import Binary, Call, Constant, Name, every, parse, written
from regard.surveys.model import (
    CalculatedValue,
    Checkbox,
    Chosen,
    Comment,
    Complete,
    Html,
    Page,
    Question,
    Questionnaire,
    Quota,
    RandomGroup,
    Skip,
    UrlCondition,
    find_question,
)
from regard.surveys.moving.ends import safe_address
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.moved import Carried, Moved
from regard.surveys.moving.opening import REMEDY
from regard.surveys.moving.surveyjs.fitting import fitted, is_readable, order_of
from regard.surveys.moving.surveyjs.properties import PANEL, SURVEY, SURVEY_LOOKS, WORDS_OF_SURVEY
from regard.surveys.moving.surveyjs.questions import HIDDEN_WHEN_EMPTY, question_from
from regard.surveys.moving.surveyjs.referring import without_unknown
from regard.surveys.moving.surveyjs.unrolling import unrolled
from regard.surveys.moving.wording import Names, objects, plain

DEEPEST_PANELS: Final = 30
_APART: Final = ("choicesFromQuestion", "choicesFromQuestionMode", "showCommentArea", "hasComment", "commentText")
"""Properties of a question that are read beside it."""
_OPERATORS: Final = {
    "equal": "=", "notequal": "<>", "greater": ">", "less": "<", "greaterorequal": ">=", "lessorequal": "<=",
    "contains": "contains", "notcontains": "notcontains", "empty": "empty", "notempty": "notempty", "anyof": "anyof",
}  # fmt: skip


def read_surveyjs(raw: dict[str, Any]) -> Moved:
    """A survey out of SurveyJS's JSON."""
    return _Reader(raw).read()


class _Reader:
    """One survey on its way."""

    def __init__(self, raw: dict[str, Any]):
        self.losses, self.names = Losses(), Names()
        self.raw = without_unknown(unrolled(raw, self.losses), self.losses)
        self.carried: dict[str, Carried] = {}
        self.units: dict[str, list[str]] = {}
        self.calculated: list[CalculatedValue] = []

    def read(self) -> Moved:
        listed = objects(self.raw.get("pages"))
        if not listed:
            own = self.raw.get("elements") or self.raw.get("questions")
            listed = [{"name": "page1", "elements": own}] if own else []
        pages = [self._page(each) for each in listed if not self._is_hidden(each)]
        if not any(page.elements for page in pages):
            raise Invalid(said("the file has no questions"), field="file", remedy=REMEDY)
        pages = self._split(pages)
        read = Questionnaire(pages=pages)
        for name in self.raw.keys() - SURVEY:
            if self.raw[name] not in (None, "", [], {}, False):
                self._unread(name)
        completed = self._completed()
        questionnaire = Questionnaire(
            title=self._survey_text("title") or "",
            description=self._survey_text("description"),
            locale=str(self.raw.get("locale") or "en"),
            pages=self._carried_forward(pages, read),
            triggers=self._triggers(),
            calculated_values=[*self._listed("calculatedValues", CalculatedValue), *self.calculated],
            quotas=self._listed("quotas", Quota),
            random_groups=self._listed("randomGroups", RandomGroup),
            completed_text=completed,
            navigate_to_url=safe_address(self._survey_text("navigateToUrl"), said("survey"), self.losses),
            navigate_to_url_on_condition=self._addresses(),
            navigate_text=self._survey_text("navigateText"),
            show_progress_bar=self.raw.get("showProgressBar") not in (None, False, "off"),
            allow_back=bool(self.raw.get("showPrevButton", True)),
            touchpoint=self.raw.get("touchpoint") if isinstance(self.raw.get("touchpoint"), str) else None,
            **{name: self._survey_text(key) for key, name in WORDS_OF_SURVEY.items()},
            first_page_is_started=bool(self.raw.get("firstPageIsStarted") or self.raw.get("firstPageIsStartPage")),
        )
        return Moved("surveyjs", questionnaire, self.losses.listed(), [], self.carried, self.raw, {}, self.units)

    def _unread(self, name: str) -> None:
        if name in SURVEY_LOOKS:
            self.losses.cosmetic(said("survey"), name, said("it looks different here"))
        else:
            self.losses.lost(said("survey"), name, said("this property has no place here"))

    def _survey_text(self, name: str) -> Any:
        text = self.raw.get(name)
        if isinstance(text, dict):
            return {code: plain(each) for code, each in text.items() if isinstance(each, str)} or None
        return plain(text) or None if isinstance(text, str) else None

    def _completed(self) -> Any:
        """The words at the end; those for some are worked out, in the survey's own language."""
        told = self._survey_text("completedText") or self._survey_text("completedHtml")
        found = Constant(_in_own(told))
        for each in reversed(objects(self.raw.get("completedHtmlOnCondition"))):
            if is_readable(each.get("expression"), "completedHtmlOnCondition", self.losses):
                words = Constant(plain(_in_own(each.get("html"))))
                found = Call("iif", (parse(str(each["expression"])), words, found))  # type: ignore[assignment]
        if isinstance(found, Constant):
            return told
        name = self.names.make("completed")
        self.calculated.append(CalculatedValue(name=name, expression=written(found)))
        texts = [told, *(each.get("html") for each in objects(self.raw.get("completedHtmlOnCondition")))]
        if any(isinstance(each, dict) or "{" in str(each) for each in texts):
            why = said("they are said in the survey's own language, and without answers put in")
            self.losses.changed(said("survey"), "completedHtmlOnCondition", why)
        return f"{{{name}}}"

    def _addresses(self) -> list[UrlCondition]:
        """Where some go on; one whose address is not safe leads nowhere, and is listed."""
        found = []
        for each in self._listed("navigateToUrlOnCondition", UrlCondition):
            address = safe_address(each.url, "navigateToUrlOnCondition", self.losses)
            if address:
                found.append(msgspec.structs.replace(each, url=address))
        return found

    def _listed(self, name: str, kind: type[Any]) -> list[Any]:
        found = []
        for each in objects(self.raw.get(name)):
            place = f"{name} {each.get('name', '')}".strip()
            if "expression" in each and not is_readable(each["expression"], place, self.losses):
                continue
            kept = {key: value for key, value in each.items() if key != "includeIntoResult"}
            found.append(fitted(kind, kept, place, self.losses))
        return found

    # --- pages --------------------------------------------------------------------------------------------------------

    def _is_hidden(self, raw: dict[str, Any]) -> bool:
        """Whether nobody sees a page; it is listed."""
        if raw.get("visible") is not False or raw.get("visibleIf"):
            return False
        self.losses.lost(str(raw.get("name")), said("hidden page"), said("nobody answers it; it is left out"))
        return True

    def _page(self, raw: dict[str, Any]) -> Page:
        name = self.names.make(raw.get("name"), "page")
        order, of_all = order_of(raw), order_of(self.raw)
        is_random = order == "random" or (order in (None, "default") and of_all == "random")
        visible = raw.get("visibleIf") if is_readable(raw.get("visibleIf", "1"), name, self.losses) else None
        elements = self._elements(raw, None, 0)
        known = {"elements", "questions", "questionsOrder", "questionOrder", "name", "visibleIf"}
        more = {key: value for key, value in raw.items() if key not in known}
        made = fitted(Page, {**more, "name": name}, name, self.losses)
        for key in ("title", "description"):
            text = getattr(made, key)
            if isinstance(text, str):
                made = msgspec.structs.replace(made, **{key: plain(text)})
        for question in elements:
            self.units[f"page:{raw.get('name')}/{question.name}"] = [name]
        return msgspec.structs.replace(
            made, elements=elements, visible_if=visible, questions_order="random" if is_random else "initial"
        )

    def _split(self, pages: list[Page]) -> list[Page]:
        """With one question a page, where the survey wants that."""
        mode = self.raw.get("questionsOnPageMode")
        if mode == "singlePage":
            self.losses.cosmetic(said("survey"), "questionsOnPageMode", said("it looks different here"))
        if mode not in ("questionPerPage", "questionOnPage", "inputPerPage"):
            return pages
        return [
            msgspec.structs.replace(
                page, name=page.name if place == 0 else self.names.make(page.name), elements=[question]
            )
            for page in pages
            for place, question in enumerate(page.elements)
        ]

    def _elements(self, raw: dict[str, Any], condition: str | None, depth: int) -> list[Question]:
        found: list[Question] = []
        for each in objects(raw.get("elements") or raw.get("questions")):
            key = str(each.get("name") or "")
            own = each.get("visibleIf") if is_readable(each.get("visibleIf", "1"), key, self.losses) else None
            whole = every([condition, own])
            if each.get("visible") is False and not own:
                self.losses.lost(key, said("hidden question"), said("nobody answers it; it is left out"))
            elif each.get("type") == "panel" and depth < DEEPEST_PANELS:
                found += self._panel(each, whole, depth)
            elif each.get("type") == "expression":
                self._expression(each, key)
            else:
                found += self._question(
                    {k: v for k, v in each.items() if k not in ("visible", "visibleIf")}, key, whole
                )
        return found

    def _panel(self, raw: dict[str, Any], condition: str | None, depth: int) -> list[Question]:
        """A panel's questions, each under the panel's condition; its title is a statement before them."""
        key = str(raw.get("name") or "panel")
        self.losses.cosmetic(key, said("panel"), said("its questions stand on the page itself"))
        self.losses.unknown(key, raw, PANEL)
        inner = self._elements(raw, condition, depth + 1)
        texts = [text for name in ("title", "description") if (text := _text_of(raw.get(name)))]
        if not texts or not inner:
            return inner
        html: Any = texts[0] if len(texts) == 1 or isinstance(texts[0], dict) else "\n".join(map(_in_own, texts))
        return [Html(name=self.names.make(key), html=html, visible_if=condition), *inner]

    def _expression(self, raw: dict[str, Any], key: str) -> None:
        if is_readable(raw.get("expression", ""), key, self.losses):
            self.calculated.append(CalculatedValue(name=self.names.make(key), expression=str(raw["expression"])))
            self.losses.changed(
                key, said("question type {kind}", kind="expression"), said("it is a calculated value, and not shown")
            )

    def _question(self, raw: dict[str, Any], key: str, condition: str | None) -> list[Question]:
        name = self.names.make(key)
        if key and name != key:
            self.losses.changed(
                key,
                said("name"),
                said("it is called {name} here; conditions and texts still say the old name", name=name),
            )
        given = {k: v for k, v in raw.items() if k not in _APART}
        question = question_from(given, name, condition, self.losses)
        if question is None:
            return []
        self.carried[key] = Carried(name)
        return [question, *self._beside(raw, key, condition)]

    def _beside(self, raw: dict[str, Any], key: str, condition: str | None) -> list[Question]:
        """What can be written beside a question, as a question of its own."""
        if not (raw.get("showCommentArea") or raw.get("hasComment")):
            return []
        self.losses.changed(key, said("text beside the question"), said("it became a question of its own"))
        made = fitted(
            Comment, {"name": self.names.make(f"{key}_comment"), "title": raw.get("commentText")}, key, self.losses
        )
        return [msgspec.structs.replace(made, visible_if=condition)]

    def _carried_forward(self, pages: list[Page], read: Questionnaire) -> list[Page]:
        """Choices that come from another question, as choices of their own with a condition."""
        wanted = {
            str(each.get("name")): (str(each["choicesFromQuestion"]), str(each.get("choicesFromQuestionMode") or "all"))
            for each in _all_elements(self.raw)
            if each.get("choicesFromQuestion")
        }
        if not wanted:
            return pages

        def carried(question: Question) -> Question:
            origin, mode = wanted.get(question.name, ("", ""))
            source = find_question(read, origin)
            if not origin or not isinstance(question, Chosen):
                return question
            if not isinstance(source, Chosen):
                self.losses.lost(
                    question.name, "choicesFromQuestion", said("they can only come from a question with choices")
                )
                return question
            if mode in ("selected", "unselected"):
                self.losses.changed(question.name, "hideIfChoicesEmpty", HIDDEN_WHEN_EMPTY)
            sign = "contains" if isinstance(source, Checkbox) else "="
            condition = written(Binary(sign, Name(source.name), Name("item")))
            conditions = {"selected": condition, "unselected": f"not {condition}"}
            return msgspec.structs.replace(
                question, choices=[*source.choices, *question.choices],
                choices_visible_if=every([conditions.get(mode), question.choices_visible_if]),
            )  # fmt: skip

        return [msgspec.structs.replace(page, elements=[carried(each) for each in page.elements]) for page in pages]

    # --- triggers -----------------------------------------------------------------------------------------------------

    def _triggers(self) -> list[Complete | Skip]:
        found: list[Complete | Skip] = []
        for raw in objects(self.raw.get("triggers")):
            kind = str(raw.get("type") or "").removesuffix("trigger")
            place = said("trigger {kind}", kind=kind)
            condition = raw.get("expression") or self._old(raw)
            if kind not in ("complete", "skip"):
                self.losses.lost(place, said("trigger"), said("only skip and complete are kept"))
            elif is_readable(condition or "", place, self.losses):
                kept = {k: v for k, v in raw.items() if k not in ("type", "expression", "name", "operator", "value")}
                kept["expression"] = condition
                fit_in: type[Any] = Complete if kind == "complete" else Skip
                found.append(fitted(fit_in, kept, place, self.losses))
        return found

    @staticmethod
    def _old(raw: dict[str, Any]) -> str:
        """A trigger as it was before expressions: a name, an operator and a value."""
        sign = _OPERATORS.get(str(raw.get("operator") or "equal"), "=")
        left = f"{{{raw.get('name', '')}}}"
        if sign in ("empty", "notempty"):
            return f"{left} {sign}"
        value: Any = raw.get("value")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{left} {sign} {written(Constant(value if is_number else str(value)))}"


def _text_of(given: Any) -> str | dict[str, str] | None:
    """A text as a string or by language; None for anything else."""
    if isinstance(given, dict):
        return {code: each for code, each in given.items() if isinstance(each, str) and each} or None
    return given if isinstance(given, str) and given else None


def _in_own(text: Any) -> str:
    if isinstance(text, dict):
        text = text.get("default") or next((each for each in text.values() if each), "")
    return text if isinstance(text, str) else ""


def _all_elements(raw: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    waiting = [raw]
    while waiting:
        each = waiting.pop()
        inner = [*objects(each.get("pages")), *objects(each.get("elements")), *objects(each.get("questions"))]
        found += inner
        waiting += inner
    return found
