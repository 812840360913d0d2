"""XES event logs (IEEE 1849): one row for each event, with the attributes of its trace as ``case:…``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree
from sqlglot import exp

from regard.base import Invalid
from regard.base.words import said
from regard.collect.mapping import Format
from regard.collect.staging import Staging
from regard.collect.syntax import DIALECT, call, literal
from regard.collect.unpacking import Plain

EVENTS_AT_ONCE = 50_000


def read_xes(staging: Staging, plain: Plain, how: Format, table: str) -> None:
    """Read events as they stream by; entities are never expanded and nothing outside the file is fetched."""
    folder = staging.folder / f"{table}_events"
    folder.mkdir()
    events, number = _events(plain), 0
    while chunk := list(islice(events, EVENTS_AT_ONCE)):
        staging.watch.tell("reading", number * EVENTS_AT_ONCE)
        _write(chunk, folder / f"{number:06}.parquet")
        number += 1
    if not number:
        raise Invalid(said("{name} holds no events", name=plain.name), field="file", code="empty_file")
    source = exp.Table(
        this=call(
            "read_parquet",
            literal(str(folder / "*.parquet")),
            exp.EQ(this=exp.to_identifier("union_by_name"), expression=exp.true()),
        )
    )
    staging.run(
        exp.Create(this=exp.to_table(table, quoted=True), kind="TABLE", expression=exp.select("*").from_(source)).sql(
            DIALECT
        ),
        stage="reading",
    )


def _write(events: list[dict[str, str]], path: Path) -> None:
    names = sorted({name for event in events for name in event})
    columns = {name: pa.array([event.get(name) for event in events], pa.string()) for name in names}
    pq.write_table(pa.table(columns), path)


def _events(plain: Plain) -> Iterator[dict[str, str]]:
    trace: dict[str, str] = {}
    options = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
    }
    try:
        for action, element in etree.iterparse(str(plain.path), events=("start", "end"), **options):
            tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if action == "start":
                trace = {} if tag == "trace" else trace
            elif tag == "event":
                yield {**trace, **dict(_attributes(element))}
                _forget(element)
            elif tag == "trace":
                _forget(element)
            elif _is_trace_attribute(element):
                trace["case:" + element.get("key")] = element.get("value") or ""
    except etree.XMLSyntaxError as error:
        raise Invalid(
            said("{name} is not well-formed XML: {msg}", name=plain.name, msg=error.msg),
            field="file",
            code="unreadable",
        ) from error


def _is_trace_attribute(element: etree._Element) -> bool:
    parent = element.getparent()
    is_child = parent is not None and etree.QName(parent).localname == "trace"
    return is_child and element.get("key") is not None


def _attributes(event: etree._Element) -> Iterator[tuple[str, str]]:
    for item in event:
        if item.get("key") is not None and item.get("value") is not None:
            yield item.get("key"), item.get("value")


def _forget(element: etree._Element) -> None:
    """Let go of what has been read, so that memory does not grow with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
