"""Invitations as mails and text messages, in the person's language, with the first question inside where it fits.

A link chooses an answer, and opening it records nothing: programs that guard mailboxes open every link. HTML for mails
is of its own kind (tables, style attributes, no stylesheet that a reader may drop), so it is written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from regard.channels import Mail, Text
from regard.surveys.arranging import AS_WRITTEN
from regard.surveys.flow import path
from regard.surveys.languages import direction
from regard.surveys.model import (
    Boolean,
    Dropdown,
    Question,
    Questionnaire,
    RadioGroup,
    Rating,
    choice,
    is_in_language,
)
from regard.surveys.model import Text as InLanguages
from regard.surveys.piping import piped
from regard.surveys.terms import Terms

MOST_CHOICES: Final = 11
"""More choices than that are not put into a mail: a button leads to them."""
_LINKS: Final = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_]{2})|:(?=//)")
"""Where addresses of the web have a dot or their beginning, in any script."""
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no subject may hold: controls, halves of letters, and marks that turn the direction of what follows."""
FONT: Final = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"


@dataclass(frozen=True)
class Words:
    """Our own sentences in one language; ``{company}`` and ``{survey}`` stand in some of them."""

    subject: str
    reminder: str
    opening: str
    answer: str
    """On the button."""
    yes: str
    no: str
    why: str
    """Why somebody gets this."""
    leave: str
    choose: str
    privacy: str
    sms: str
    """With ``{link}`` and ``{leave}``."""
    language: str = "en"


@dataclass(frozen=True)
class Brand:
    """Who asks: name, colour and what is written on it, pictures and notices at their addresses."""

    company: str
    fill: str = "#4338ca"
    on_fill: str = "#ffffff"
    logo: str = ""
    privacy: str = ""


class Links(NamedTuple):
    """The addresses of one invitation."""

    answer: str
    leave: str
    preferences: str
    pixel: str = ""


class Recipient(NamedTuple):
    """Whom one message goes to."""

    address: str
    traits: Mapping[str, Any]
    links: Links
    message_id: str = ""
    is_reminder: bool = False
    return_path: str = ""


class Offer(NamedTuple):
    """An answer that can be chosen in the mail."""

    value: str
    text: str


def unlinked(value: str) -> str:
    """What is known of somebody, with nothing that a mail program makes a link of: whoever can send events can say what
    somebody is called, and our mail is not to carry their advertising. It reads as it was.

    >>> unlinked("Ann of Booking.com") == "Ann of Booking.\u200bcom", unlinked("St. John, no. 7.5")
    (True, 'St. John, no. 7.5')
    """
    return _LINKS.sub("\\g<0>\u200b", value)


def _base(language: str) -> str:
    return language.lower().partition("-")[0]


@dataclass(frozen=True)
class Letter:
    """What a programme writes in one language; each recipient gets a mail or a text message of it."""

    questionnaire: Questionnaire
    terms: Terms
    words: Words
    brand: Brand
    language: str
    sender: str

    def mail(self, to: Recipient) -> Mail:
        """The mail to one recipient. Raises :class:`~regard.base.Invalid` for an address that is none."""
        text = self._text_for(to)
        question = self.first_question(to.traits)
        return Mail(
            to=to.address,
            subject=self._subject(to, text),
            text=self._plain(to, text, question),
            html=self._html(to, text, question),
            sender=self.sender,
            reply_to=self.terms.reply_to,
            unsubscribe_url=to.links.leave,
            message_id=to.message_id,
            return_path=to.return_path,
        )

    def sms(self, to: Recipient) -> Text:
        """The text message to one recipient. Raises :class:`~regard.base.Invalid` for a number that is none."""
        own = self._text_for(to)(self._own(self.terms.sms))
        told = {"company": self.brand.company, "link": to.links.answer, "leave": to.links.leave}
        if not own:
            return Text(to.address, self.words.sms.format(**told))
        return Text(to.address, " ".join([own, to.links.answer, f"{self.words.leave}: {to.links.leave}"]))

    def _text_for(self, to: Recipient) -> Callable[[InLanguages | None], str]:
        values = {"profile": to.traits}
        return lambda text: piped(self.questionnaire, text, values, self.language, unlinked)

    def _own(self, text: InLanguages) -> InLanguages | None:
        """What the author wrote; nothing where that is in other languages only, and we have words in this one."""
        is_ours = _base(self.words.language) == _base(self.language)
        return text if not is_ours or is_in_language(text, self.language, self.questionnaire.locale) else None

    def _subject(self, to: Recipient, text: Callable[[InLanguages | None], str]) -> str:
        own = text(self._own(self.terms.subject)) or self.words.subject.format(**self._named(text))
        whole = self.words.reminder.format(subject=own) if to.is_reminder else own
        return " ".join(_UNPRINTED.sub(" ", whole).split())[:250]

    def _named(self, text: Callable[[InLanguages | None], str]) -> dict[str, str]:
        return {"company": self.brand.company, "survey": text(self.questionnaire.title)}

    def _opening(self, text: Callable[[InLanguages | None], str]) -> str:
        return text(self._own(self.terms.opening)) or self.words.opening.format(**self._named(text))

    # --- the first question ----------------------------------------------------------------------------------------

    def first_question(self, traits: Mapping[str, Any]) -> Question | None:
        """The question that the mail asks: the first one, where everybody sees it first and a link can answer it."""
        steps = path(self.questionnaire, {}, traits, AS_WRITTEN).steps
        if not steps or not steps[0].questions or self._is_drawn(steps[0].page.name):
            return None
        page, question = steps[0].page, steps[0].questions[0]
        fits = page.questions_order == "initial" and isinstance(question, Rating | RadioGroup | Dropdown | Boolean)
        return question if fits and 0 < len(self.offers(question)) <= MOST_CHOICES else None

    def _is_drawn(self, page: str) -> bool:
        return any(page in group.pages for group in self.questionnaire.random_groups)

    def offers(self, question: Question) -> list[Offer]:
        """The answers to choose from; none where chance or other answers decide on them."""
        if isinstance(question, Rating):
            points = range(question.rate_min, question.rate_max + 1)[: MOST_CHOICES + 1]  # one more is too many already
            return [Offer(str(point), str(point)) for point in points]
        if isinstance(question, Boolean):
            yes = piped(self.questionnaire, question.label_true, {}, self.language) or self.words.yes
            no = piped(self.questionnaire, question.label_false, {}, self.language) or self.words.no
            return [Offer("true", yes), Offer("false", no)]
        if not isinstance(question, RadioGroup | Dropdown) or question.choices_order != "none":
            return []
        items = [choice(item) for item in question.choices]
        is_fixed = not question.choices_visible_if and not any(item.visible_if for item in items)
        is_plain = not question.show_other_item and not question.show_none_item
        told = [(item, piped(self.questionnaire, item.text, {}, self.language)) for item in items]
        return [Offer(str(item.value), text or str(item.value)) for item, text in told] if is_fixed and is_plain else []

    # --- as text ---------------------------------------------------------------------------------------------------

    def _plain(self, to: Recipient, text: Callable[[InLanguages | None], str], question: Question | None) -> str:
        asked = [text(question.title) or question.name] if question else []
        parts = [
            self._opening(text),
            *asked,
            f"{self.words.answer}:\n{to.links.answer}",
            f"-- \n{self.words.why.format(**self._named(text))}",
            f"{self.words.leave}: {to.links.leave}",
            f"{self.words.choose}: {to.links.preferences}",
            f"{self.words.privacy}: {self.brand.privacy}" if self.brand.privacy else "",
        ]
        return "\n\n".join(filter(None, parts))

    # --- as HTML ---------------------------------------------------------------------------------------------------

    def _html(self, to: Recipient, text: Callable[[InLanguages | None], str], question: Question | None) -> str:
        side = direction(self.language)
        head = (
            f'<!doctype html><html lang="{escape(self.language)}" dir="{side}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{escape(self._subject(to, text))}</title></head>"
            f'<body style="margin:0;padding:0;{FONT};font-size:16px;line-height:1.5">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">'
            f'<tr><td style="padding:24px" dir="{side}">'
        )
        body = self._brand() + _paragraphs(self._opening(text)) + self._asked(to, text, question)
        return f"{head}{body}{self._footer(to, text)}</td></tr></table></td></tr></table></body></html>"

    def _brand(self) -> str:
        name = escape(self.brand.company)
        if self.brand.logo:
            return f'<p><img src="{escape(self.brand.logo)}" alt="{name}" height="40" style="border:0"></p>'
        return f'<p style="font-weight:600">{name}</p>'

    def _asked(self, to: Recipient, text: Callable[[InLanguages | None], str], question: Question | None) -> str:
        button = self._button(to.links.answer, self.words.answer)
        if question is None:
            return f"<p>{button}</p>"
        title = escape(text(question.title) or question.name)
        return (
            f'<h1 style="font-size:20px;line-height:1.3;margin:24px 0 12px">{title}</h1>{self._offered(to, question)}'
            f'<p><a href="{escape(to.links.answer)}">{escape(self.words.answer)}</a></p>'
        )

    def _offered(self, to: Recipient, question: Question) -> str:
        glue = "&" if "?" in to.links.answer else "?"
        links = [
            self._button(f"{to.links.answer}{glue}{urlencode({'pick': one.value})}", one.text, is_small=True)
            for one in self.offers(question)
        ]
        if not isinstance(question, Rating):
            return "".join(f'<p style="margin:8px 0">{link}</p>' for link in links)
        ends = (question.min_rate_description, question.max_rate_description)
        low, high = (escape(self._text_for(to)(end)) for end in ends)
        told = f'<p style="margin:4px 0;font-size:14px">{low} → {high}</p>' if low and high else ""
        return f'<p style="margin:8px 0">{" ".join(links)}</p>{told}'

    def _button(self, link: str, label: str, *, is_small: bool = False) -> str:
        padding = "10px 12px" if is_small else "12px 20px"
        style = (
            f"display:inline-block;padding:{padding};margin:2px 0;min-width:20px;text-align:center;border-radius:6px;"
            f"background:{self.brand.fill};color:{self.brand.on_fill};text-decoration:none;font-weight:600"
        )
        return f'<a href="{escape(link)}" style="{style}">{escape(label)}</a>'

    def _footer(self, to: Recipient, text: Callable[[InLanguages | None], str]) -> str:
        links = [(self.words.leave, to.links.leave), (self.words.choose, to.links.preferences)]
        links += [(self.words.privacy, self.brand.privacy)] if self.brand.privacy else []
        shown = " · ".join(f'<a href="{escape(link)}">{escape(word)}</a>' for word, link in links)
        why = escape(self.words.why.format(**self._named(text)))
        seen = f'<img src="{escape(to.links.pixel)}" alt="" width="1" height="1">' if to.links.pixel else ""
        return f'<p style="margin-top:32px;font-size:14px">{why}<br>{shown}</p>{seen}'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n") if part.strip())
