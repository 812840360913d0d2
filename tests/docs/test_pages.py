"""The documentation is true: every block runs, every link leads somewhere, every setting, error and metric is there."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from regard.base import errors
from regard.base.config import Config
from regard.collect import parse_mapping
from regard.metrics import CATALOGUE
from regard.stream import COLUMNS, VOCABULARY
from tests.docs.blocks import FENCE, RUN, Reader, blocks_of
from tests.docs.conftest import ROOT, pages

pytestmark = pytest.mark.long
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
KNOWN = {*RUN, "text", "toml", "sql", "json", "csv", "html", "nginx", "ini", "js", "php", ""}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def runnable() -> list[Path]:
    return [page for page in pages() if any(block.language in RUN for block in blocks_of(page.read_text("utf-8")))]


@pytest.mark.parametrize("page", runnable(), ids=named)
def test_every_block_of_a_page_does_what_the_page_says(page: Path, reader: Callable[[str], Reader]) -> None:
    text = page.read_text("utf-8")
    somebody = reader(text)
    blocks = [block for block in blocks_of(text) if block.language in RUN]
    without = [block for block in blocks if " data/" in block.body and not (somebody.folder / "data").exists()]
    for block in blocks:
        if block not in without:
            somebody.run(block, named(page))
    if without:
        assert os.environ.get("CI") != "true", "the real data sets are missing: set REGARD_TEST_DATA"
        pytest.skip(f"{len(without)} blocks need the real data sets: set REGARD_TEST_DATA")


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.language for block in blocks_of(page.read_text("utf-8"))} <= KNOWN


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it.

    >>> slug("What `as_of` means, in short")
    'what-as_of-means-in-short'
    """
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), f"{link}: no such heading"


def test_every_page_is_reached_from_the_index() -> None:
    seen, waiting = set(), [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links if ":" not in link]
    assert {page for page in pages() if page.is_relative_to(ROOT / "docs")} <= seen


def said(page: str) -> str:
    return (ROOT / "docs" / "reference" / page).read_text("utf-8")


def test_every_setting_error_metric_column_and_name_is_documented() -> None:
    assert all(f"`REGARD_{item.name.upper()}`" in said("settings.md") for item in fields(Config))
    assert all(
        f"`{kind.__name__}`" in said("errors.md")
        for kind in errors.RegardError.__subclasses__()
        if kind.__module__ == errors.__name__
    )
    assert all(f"`{key}`" in said("metrics.md") for key in CATALOGUE)
    assert all(f"`{name}`" in said("interactions.md") for name in (*COLUMNS, *VOCABULARY))


def test_every_metric_has_its_why() -> None:
    why = (ROOT / "docs" / "why" / "metrics.md").read_text("utf-8")
    assert [key for key, metric in CATALOGUE.items() if metric.title not in why] == []


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_mapping_shown_is_a_mapping_that_regard_reads(page: Path) -> None:
    for block in blocks_of(page.read_text("utf-8")):
        if block.language == "toml":
            shown = tomllib.loads(block.body)
            if {"time", "customer"} <= shown.keys():
                assert parse_mapping(block.body).rules


def test_no_page_promises_what_is_not_there() -> None:
    words = re.compile(r"\b(TODO|FIXME|TBD|coming soon|lorem ipsum)\b", re.IGNORECASE)
    assert [named(page) for page in pages() if words.search(page.read_text("utf-8"))] == []
