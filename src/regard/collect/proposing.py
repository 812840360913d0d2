"""Write the mapping of a file that nobody has described, with the reason for every line of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sqlglot import exp

from regard.collect import joining
from regard.collect.drafting import Draft, quoted
from regard.collect.essentials import write_customer, write_every, write_id, write_time
from regard.collect.headings import says
from regard.collect.histories import is_audit_log, write_audit_log
from regard.collect.mapping import Customer, Mapping, Time, Value
from regard.collect.model import Proposal
from regard.collect.parsing import parse_mapping
from regard.collect.scales import questions_in, write_survey
from regard.collect.sketching import Look, look, sketch
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import column
from regard.collect.unpacking import unpack
from regard.collect.work import Cancel, Progress, Watch, workshop

SHOWN = 20


def propose(
    paths: Sequence[Path | str] | Path | str, *, progress: Progress | None = None, cancel: Cancel | None = None
) -> Proposal:
    """Propose a mapping for files of one shape. It is valid as it stands, and meant to be corrected."""
    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    with workshop() as folder:
        watch = Watch(progress, cancel)
        files = unpack(given, folder, watch)
        staging = Staging(folder, watch)
        try:
            joining.stage_all(staging, files, BLANK)
            return propose_staged(staging, files[0].name)
        finally:
            staging.close()


BLANK = Mapping("", Time(Value(constant="")), Customer(Value(constant="")), ())


def propose_staged(staging: Staging, name: str) -> Proposal:
    """Propose a mapping for the staged rows."""
    looks = look(staging, staging.columns())
    draft = Draft(name)
    draft.say(
        f"# Proposed by Regard for {name}. Look it through: every line may be corrected.",
        f"source = {quoted(source_of(name))}",
    )
    _write(draft, looks)
    toml = "\n".join(draft.lines) + "\n"
    return Proposal(
        parse_mapping(toml),
        toml,
        [sketch(item) for item in looks.values()],
        draft.notes,
        round(draft.sure, 2),
        _rows(staging, list(looks)),
    )


def _rows(staging: Staging, names: list[str]) -> list[dict[str, str | None]]:
    return [
        dict(zip(names, row, strict=True))
        for row in staging.run(exp.select(*(column(name) for name in names)).from_(ROWS).limit(SHOWN))
    ]


def source_of(name: str) -> str:
    """A short name for where a file comes from.

    >>> source_of("exports/Survey 2026-01.csv.gz")
    'survey_2026_01'
    """
    base = name.rsplit("/", 1)[-1].split(".", 1)[0]
    return re.sub(r"\W+", "_", base).strip("_").lower() or "file"


def _write(draft: Draft, looks: dict[str, Look]) -> None:
    time = write_time(draft, looks)
    if any(item.has_decimal_comma for item in looks.values() if not item.is_time):
        draft.say("", "# Numbers are written with a decimal comma.", "[numbers]", 'decimal = ","', 'thousands = "."')
    questions = questions_in(looks)
    if is_audit_log(looks, time):
        write_audit_log(draft, looks)
        return
    key = write_id(draft, looks)
    write_customer(draft, looks, key)
    write_every(draft, looks)
    if questions:
        write_survey(draft, looks, questions)
    elif price := _money(looks):
        _orders(draft, looks, price)
    else:
        _plain(draft, looks)


def _money(looks: dict[str, Look]) -> Look | None:
    prices = [
        item for item in looks.values() if says(item.name, "amount") and (item.is_numeric or item.has_decimal_comma)
    ]
    return prices[0] if prices and any(says(item.name, "order") for item in looks.values()) else None


def _orders(draft: Draft, looks: dict[str, Look], price: Look) -> None:
    quantity = next((item for item in looks.values() if says(item.name, "quantity") and item.is_numeric), None)
    order = next(item for item in looks.values() if says(item.name, "order") and not item.is_time)
    times = f", times = {quoted(quantity.name)}" if quantity else ""
    amount = f"{{ column = {quoted(price.name)}{times}"
    has_returns = bool(quantity and quantity.low is not None and quantity.low < 0)
    draft.say(
        "", "[[interactions]]", 'name = "Order Completed"', f"subject = {quoted(order.name)}", f"amount = {amount} }}"
    )
    if has_returns and quantity:
        draft.say(
            f"when = {{ column = {quoted(quantity.name)}, above = 0 }}",
            "",
            "# Negative quantities are returns.",
            "[[interactions]]",
            'name = "Order Refunded"',
            f"subject = {quoted(order.name)}",
            f"when = {{ column = {quoted(quantity.name)}, below = 0 }}",
            f"amount = {amount}, absolute = true }}",
        )


def _plain(draft: Draft, looks: dict[str, Look]) -> None:
    is_complaint = any(says(name, "complaint") for name in looks)
    name = "Complaint Made" if is_complaint else "Row Recorded"
    if not is_complaint:
        draft.doubt("nothing says what a row is: give the interaction its name", 0.5)
    draft.say("", "[[interactions]]", f'name = "{name}"')
    if text := next((item.name for item in looks.values() if item.is_text), None):
        draft.say(f"text = {quoted(text)}")
