"""The harmless part of HTML: what an author may write into a statement and a respondent's browser may show.

Rebuilt from the parsed text, never passed on: only known elements, without attributes but the address of a link. What
stands inside a script or a style is left out; every other unknown element leaves its text.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

ELEMENTS: Final = frozenset(
    {"p", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "ul", "ol", "li", "h2", "h3", "h4", "blockquote"}
)
SILENT: Final = frozenset({"script", "style", "template", "iframe", "object", "noscript", "title", "textarea"})
"""Elements whose content is no text to read."""
SINGLE: Final = frozenset({"br", "hr"})
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def harmless(html: str) -> str:
    """The harmless part, well formed.

    >>> harmless('<p onclick="x()">Hello <b>you</p><script>alert(1)</script> & <a href="javascript:x">go</a>')
    '<p>Hello <b>you</b></p> &amp; go'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.built()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif self._silent:
            return
        elif tag in SINGLE:
            self._parts.append(f"<{tag}>")
        elif tag in ELEMENTS:
            self._begin(tag, "")
        elif tag == "a" and (address := _address(dict(attrs).get("href"))):
            self._begin("a", f' href="{escape(address)}" target="_blank" rel="noopener noreferrer"')
        elif tag == "img":
            self._parts.append(escape(dict(attrs).get("alt") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in self._open and not self._silent:
            while self._end() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(escape(data, quote=False))

    def _begin(self, tag: str, attributes: str) -> None:
        self._parts.append(f"<{tag}{attributes}>")
        self._open.append(tag)

    def _end(self) -> str:
        tag = self._open.pop()
        self._parts.append(f"</{tag}>")
        return tag

    def built(self) -> str:
        while self._open:
            self._end()
        return "".join(self._parts)


def _address(given: str | None) -> str:
    """A link's address, where it leads to a page, a mailbox or a telephone."""
    try:
        return given if given and urlsplit(given.strip()).scheme.lower() in SCHEMES else ""
    except ValueError:
        return ""
