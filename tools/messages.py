"""Collect the strings to translate into ``src/regard/locale``; with ``--check``, say what is missing instead.

Python is read by Babel; Django's templates by the small reader below, because Babel knows none for them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace

from regard.metrics import CATALOGUE

SOURCE = Path("src/regard")
LOCALES = {"pl": "pl", "ru": "ru", "zh_Hans": "zh_Hans_CN", "ro": "ro"}
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "marked": None, "said": None, "Said": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
Found = tuple[str | None, str | tuple[str, str], str]  # context, message (with plural), place


def python_strings(path: Path) -> Iterator[Found]:
    with path.open("rb") as source:
        for line, function, message, _ in extract_python(source, list(KEYWORDS), [], {}):
            yield from _from_call(function, message, f"{path}:{line}")


def _from_call(function: str, message: object, place: str) -> Iterator[Found]:
    parts = message if isinstance(message, tuple) else (message,)
    context = parts[0] if function.startswith(("pgettext", "npgettext")) else None
    texts = parts[1:] if context is not None else parts
    if function.lstrip("p").startswith("ng") or function.startswith("npg"):
        if len(texts) > 1 and texts[0] and texts[1]:
            yield context, (texts[0], texts[1]), place
    elif texts and texts[0]:
        yield context, texts[0], place


TRANSLATE = re.compile(r"""^trans(?:late)?\s+(["'])(.*?)(?<!\\)\1(.*)$""", re.DOTALL)
CONTEXT = re.compile(r"""context\s+(["'])(.*?)\1""")
IN_EXPRESSION = re.compile(r"""_\((["'])(.*?)(?<!\\)\1\)""")


def template_strings(path: Path) -> Iterator[Found]:
    tokens = iter(Lexer(path.read_text()).tokenize())
    for token in tokens:
        place = f"{path}:{token.lineno}"
        if token.token_type == TokenType.BLOCK and token.contents.startswith(
            ("blocktrans ", "blocktranslate ", "blocktrans", "blocktranslate")
        ):
            yield _block(token, tokens, place)
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from _inline(token.contents, place)


def _inline(text: str, place: str) -> Iterator[Found]:
    if found := TRANSLATE.match(text):
        context = CONTEXT.search(found[3])
        # Django looks a template's text up with its per cent signs doubled.
        yield (context[2] if context else None), found[2].replace("%", "%%"), place
    for _, message in IN_EXPRESSION.findall(text):
        yield None, message, place


def _block(opening: Token, tokens: Iterator[Token], place: str) -> Found:
    singular, plural, current = [], [], None
    current = singular
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.startswith("endblocktrans"):
            break
        if token.token_type == TokenType.BLOCK and token.contents == "plural":
            current = plural
        elif token.token_type == TokenType.VAR:
            current.append(f"%({token.contents})s")
        else:
            current.append(token.contents.replace("%", "%%"))
    texts = ["".join(parts) for parts in (singular, plural)]
    if "trimmed" in opening.contents.split():
        texts = [trim_whitespace(text) for text in texts]
    context = CONTEXT.search(opening.contents)
    return (context[2] if context else None), (texts[0], texts[1]) if plural else texts[0], place


def data_strings() -> Iterator[Found]:
    """What catalogues say in English: metrics and their rules, what demo workspaces are about."""
    place = "src/regard/metrics/catalogue.py:1"
    for metric in CATALOGUE.values():
        texts = (metric.title, metric.about, metric.formula, metric.interval, *(rule.about for rule in metric.rules))
        yield from ((None, text, place) for text in texts if text)


def collected() -> Catalog:
    catalog = Catalog(project="Regard", charset="utf-8")
    for path in sorted(SOURCE.rglob("*.py")):
        _add(catalog, python_strings(path))
    _add(catalog, data_strings())
    for path in sorted([*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]):
        _add(catalog, template_strings(path))
    return catalog


def _add(catalog: Catalog, found: Iterable[Found]) -> None:
    for context, message, place in found:
        source, line = place.rsplit(":", 1)
        flags = ["python-format"] if "%(" in str(message) else []
        catalog.add(message, context=context, locations=[(source, int(line))], flags=flags)


def catalog_path(name: str) -> Path:
    return SOURCE / "locale" / name / "LC_MESSAGES" / "django.po"


def read(name: str) -> Catalog:
    path = catalog_path(name)
    if not path.exists():
        return Catalog(locale=LOCALES[name], project="Regard", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=LOCALES[name])


def write() -> None:
    template = collected()
    for name in LOCALES:
        catalog = read(name)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path = catalog_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            write_po(target, catalog, width=120, include_lineno=False, sort_by_file=True)
        print(f"{name}: {sum(1 for message in catalog if message.id and not is_translated(message))} to translate")


def is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return bool(texts) and all(texts) and not message.fuzzy


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def faults(name: str, template: Catalog) -> Iterator[str]:
    catalog = read(name)
    for wanted in template:
        if not wanted.id:
            continue
        key = wanted.id[0] if isinstance(wanted.id, (tuple, list)) else wanted.id
        message = catalog.get(key, wanted.context)
        if message is None or not is_translated(message):
            yield f"{name}: not translated: {key!r} ({wanted.locations[0][0]})"
        else:
            yield from wrong_placeholders(name, message)


def wrong_placeholders(name: str, message: Message) -> Iterator[str]:
    ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    known = set(PLACEHOLDER.findall(" ".join(ids)))
    needed = set(PLACEHOLDER.findall(ids[0])) & set(PLACEHOLDER.findall(ids[-1]))
    for text in texts:
        used = set(PLACEHOLDER.findall(text))
        if not used <= known or not needed - {"%(count)s", "%(n)s"} <= used:
            yield f"{name}: placeholders differ: {ids[0]!r} -> {text!r}"


def check() -> int:
    template = collected()
    found = [fault for name in LOCALES for fault in faults(name, template)]
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(template)} strings in {len(LOCALES)} languages, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    settings.configure()
    django.setup()
    sys.exit(check() if "--check" in sys.argv else write())
