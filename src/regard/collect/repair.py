"""Repair text that arrived broken: mojibake, leaked HTML. Only what looks so is touched; the original is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import pyarrow as pa
from sqlglot import exp

from regard.collect.compiling import ORIGINAL
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import column, fill

# Signs of UTF-8 read as something else (in Latin, Cyrillic and Chinese code pages), of entities, and of tags.
SUSPICIOUS = (
    "(strlen(:x) <> length(:x) AND regexp_matches(:x, '[ÃÂÄÅÐÑâãåæçèé][^a-zA-Z\\s]|â€|"
    "Ð.|Ñ.|Р[°-џ]|С[Ђ-џ]|ï»¿|\ufffd|[\u0080-\u009f]')) "
    "OR (contains(:x, '&') AND regexp_matches(:x, '&(#[0-9]{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});')) "
    "OR (contains(:x, '<') AND regexp_matches(:x, '</?[a-zA-Z][^<>]*>'))"
)
_BREAK = re.compile(r"<\s*(br|/p|/div|/li)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(p|div|span|br|b|i|u|em|strong|a|ul|ol|li|font|html|body|h[1-6]|table|tr|td|img)\b[^<>]*>", re.IGNORECASE
)
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def repaired(text: str) -> str:
    """A text as its writer meant it.

    >>> repaired("ZaÅ¼Ã³Å‚Ä‡ gÄ™Å›lÄ…"), repaired("a &amp; b<br/>c <b>bold</b>"), repaired("2 < 3 & 4 > 1")
    ('Zażółć gęślą', 'a & b\\nc bold', '2 < 3 & 4 > 1')
    """
    import ftfy

    fixed = ftfy.fix_text(
        text,
        unescape_html=False,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        normalization="NFC",
    )
    without_tags = _TAG.sub("", _BREAK.sub("\n", _SCRIPT.sub("", fixed)))
    return html.unescape(without_tags).strip()


def repair(staging: Staging, names: Iterable[str]) -> dict[str, int]:
    """Repair these columns of the staged rows; returns how many rows of each were changed.

    The original goes to a column of its own, ``_original <name>``, which is NULL where nothing was changed.
    """
    return {name: count for name in names if (count := _repair_column(staging, name))}


def _repair_column(staging: Staging, name: str) -> int:
    cell = column(name)
    suspects = staging.run(exp.select(cell).distinct().from_(ROWS).where(fill(SUSPICIOUS, x=cell)), stage="checking")
    changed = {text: better for (text,) in suspects if (better := repaired(text)) != text.strip()}
    if not changed:
        return 0
    table = pa.table({"broken": list(changed), "better": list(changed.values())})
    staging.engine.from_arrow(table).create("repairs")
    keeper = column(ORIGINAL + name)
    staging.run(_add_column(keeper))
    staging.run(_update(name))
    staging.run("DROP TABLE repairs")
    return int(staging.one(exp.select(fill("count(:x)", x=keeper)).from_(ROWS))[0])


def _add_column(keeper: exp.Column) -> str:
    return f"ALTER TABLE {ROWS} ADD COLUMN {keeper.sql('duckdb')} VARCHAR"


def _update(name: str) -> str:
    cell, keeper = column(name).sql("duckdb"), column(ORIGINAL + name).sql("duckdb")
    return (
        f"UPDATE {ROWS} SET {keeper} = {cell}, {cell} = repairs.better FROM repairs WHERE rows.{cell} = repairs.broken"  # noqa: S608
    )
