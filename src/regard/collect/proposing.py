"""Write the mapping of a file that nobody has described, with the reason for every line of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlglot import exp

from regard.base.clock import now
from regard.base.words import said
from regard.collect import joining
from regard.collect.headings import says
from regard.collect.mapping import Customer, Mapping, Time, Value
from regard.collect.model import Proposal
from regard.collect.parsing import parse_mapping
from regard.collect.sketching import Look, is_ambiguous, is_whole, look, says_time, sketch
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import column
from regard.collect.unpacking import unpack
from regard.collect.work import Cancel, Progress, Watch, workshop

OUTSIDERS = {-1, 0, 6, 8, 9, 11, 88, 97, 98, 99, 999}
"""Codes that surveys use for "no answer" beside a scale."""
IN_TEN = {6, 8, 9}
"""Those of them that are answers where the scale goes to ten."""
FITTING = 0.9
"""So many cells of a question must be answers or codes; the rest is refused when it is loaded."""
WIDE = 4
SHOWN = 20
DAY_IN_NAME = re.compile(
    r"(?<!\d)(19[5-9]\d|20\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)


@dataclass
class Draft:
    """A mapping being written for a file: its lines, what to tell, and how sure we are."""

    file: str
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sure: float = 1.0
    used: set[str] = field(default_factory=set)

    def say(self, *lines: str) -> None:
        self.lines += lines

    def doubt(self, note: str, factor: float = 0.8) -> None:
        self.notes.append(note)
        self.sure *= factor


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
    looks = {item: look(staging, item) for item in staging.columns()}
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


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)


def _write(draft: Draft, looks: dict[str, Look]) -> None:
    time = _time(draft, looks)
    if any(item.has_decimal_comma for item in looks.values() if not item.is_time):
        draft.say("", "# Numbers are written with a decimal comma.", "[numbers]", 'decimal = ","', 'thousands = "."')
    questions = _questions(looks)
    if _is_audit_log(looks, time):
        _audit_log(draft, looks)
        return
    key = _id(draft, looks)
    _customer(draft, looks, key)
    _every(draft, looks)
    if questions:
        _survey(draft, looks, questions)
    elif price := _money(looks):
        _orders(draft, looks, price)
    else:
        _plain(draft, looks)


def _time(draft: Draft, looks: dict[str, Look]) -> str | None:
    times = [item for item in looks.values() if item.is_time]
    if not times:
        for item in looks.values():
            if says_time(item.name) and item.filled and not item.is_numeric:
                draft.doubt(said("most of {name} cannot be read as a time", name=repr(item.name)))
        _same_day(draft)
        return None
    best = max(times, key=lambda item: (_time_rank(item.name), item.filled))
    draft.used.add(best.name)
    if is_ambiguous(best.formats):
        draft.doubt(
            said("in {name} day and month may be the other way round: day first is assumed", name=repr(best.name))
        )
    draft.say(
        f"time = {{ column = {quoted(best.name)}, format = {quoted(best.formats[0])} }}  # e.g. {best.samples[0]}"
    )
    return best.name


def _same_day(draft: Draft) -> None:
    """One day for all rows: the one that the file's name speaks of, or today."""
    day = day_in(draft.file)
    if day is None:
        draft.doubt(said("no column holds a time: today is put for every row; say when it happened"), 0.4)
    else:
        draft.doubt(said("no column holds a time: {day} is put for every row, after the file's name", day=day), 0.7)
    draft.say(f"time = {{ constant = {quoted(day or now().strftime('%Y-%m-%d'))} }}  # no column holds a time")


def day_in(name: str) -> str | None:
    """The day that a file's name speaks of, the first of its month or year where it says no more; none to come.

    >>> day_in("sfo_2015.csv.gz"), day_in("export 2026-01.csv"), day_in("20251231.csv"), day_in("q123456.csv")
    ('2015-01-01', '2026-01-01', '2025-12-31', None)
    """
    found = DAY_IN_NAME.search(name.rsplit("/", 1)[-1])
    if not found:
        return None
    day = "-".join(part or "01" for part in found.groups())
    try:
        return day if date.fromisoformat(day) <= now().date() else None
    except ValueError:  # the 31st of February
        return None


def _time_rank(name: str) -> int:
    low = name.lower()
    wanted = (
        "timestamp",
        "updated",
        "answered",
        "submitted",
        "response",
        "created",
        "reported",
        "purchase",
        "invoice",
        "date",
    )
    return next((len(wanted) - place for place, word in enumerate(wanted) if word in low), 0)


def _id(draft: Draft, looks: dict[str, Look]) -> Look | None:
    unique = [item for item in looks.values() if item.is_unique and not item.is_time and not item.is_text]
    named_so = [item for item in unique if says(item.name, "id")] or [item for item in unique if not item.is_numeric]
    if not named_so:
        draft.say("# No column tells rows apart: their content does.")
        return None
    draft.lines.insert(2, f"id = [{quoted(named_so[0].name)}]  # every row has another value")
    draft.used.add(named_so[0].name)
    return named_so[0]


def _customer(draft: Draft, looks: dict[str, Look], key: Look | None) -> None:
    found = [
        item
        for item in looks.values()
        if says(item.name, "customer")
        and not _is_trait(item.name)
        and not item.is_time
        and not item.is_text
        and not (item.is_numeric and item.distinct <= 12)
        and item.filled
    ]
    found.sort(key=lambda item: (not says(item.name, "id"), -item.filled))
    draft.say("", "[customer]")
    if found:
        best = found[0]
        draft.used.add(best.name)
        draft.say(f"column = {quoted(best.name)}  # its heading says so")
        if best.filled < best.rows:
            draft.doubt(
                said(
                    "{value} of the first {rows} rows name no customer: they are kept, as nobody in particular",
                    value=best.rows - best.filled,
                    rows=best.rows,
                ),
                0.9,
            )
            draft.say('anonymous = "keep"')
    elif key:
        draft.doubt(said("no column names the customer: each {name} counts as one", name=repr(key.name)), 0.8)
        draft.say(f"column = {quoted(key.name)}  # no column names the customer")
    else:
        draft.doubt(said("no column names the customer: each row counts as one"), 0.6)
        draft.say('anonymous = "row"  # no column names the customer')


def _every(draft: Draft, looks: dict[str, Look], *, is_needed: bool = False) -> None:
    fields = []
    for role in ("channel", "agent", "language", "currency"):
        for item in looks.values():
            if says(item.name, role) and 0 < item.distinct <= 2000 and item.name not in draft.used and not item.is_time:
                fields.append(f"{role} = {quoted(item.name)}")
                draft.used.add(item.name)
                break
    weights = [
        item for item in looks.values() if says(item.name, "weight") and item.is_numeric and item.low and item.low > 0
    ]
    if weights and weights[0].name not in draft.used:
        fields.append(f"weight = {quoted(weights[0].name)}")
        draft.used.add(weights[0].name)
    properties = [
        item.name
        for item in looks.values()
        if item.name not in draft.used
        and not item.is_time
        and not item.is_text
        and 1 < item.distinct <= 60
        and not _question(item)
    ][:20]
    if properties:
        fields.append(f"properties = [{', '.join(map(quoted, properties))}]")
    if fields or is_needed:
        draft.say("", "[every]", *fields)


def _is_trait(heading: str) -> bool:
    """Whether a heading tells something about a customer, not who it is."""
    traits = (
        "city",
        "country",
        "state",
        "region",
        "type",
        "segment",
        "age",
        "gender",
        "remark",
        "comment",
        "service",
        "score",
        "rating",
        "satisf",
        "since",
        "zip",
        "feedback",
        "miasto",
        "город",
        "城市",
        "oraș",
    )
    return any(word in heading.lower() for word in traits)


@dataclass(frozen=True)
class Asked:
    """A column that looks like a question answered on a scale."""

    name: str
    metric: str
    low: int
    high: int
    missing: tuple[str, ...]
    is_named: bool


def _question(item: Look) -> Asked | None:
    """Whether a column looks like a question on a scale."""
    is_named = any(says(item.name, role) for role in ("nps", "ces", "csat"))
    values, words = _answers(item, is_named=is_named)
    if item.is_time or not values:
        return None
    inside = [value for value in values if value not in _codes(values)] or values
    metric = next((role for role in ("nps", "ces", "csat") if says(item.name, role)), "csat")
    if metric == "nps" and min(inside) >= 0 and max(inside) <= 10 and (max(inside) > 5 or "nps" in item.name.lower()):
        missing = [str(value) for value in values if not 0 <= value <= 10]
        return Asked(item.name, "nps", 0, 10, (*missing, *words), True)
    if not is_named and not ({3, 4, 5} <= set(values) and len({1, 2} & set(values)) and max(values) <= 6):
        return None
    low, high = (
        (0, 10) if 0 in values and max(inside) > 7 else (1, next((top for top in (5, 7, 10) if max(inside) <= top), 0))
    )
    if not high or min(inside) < 1 or len(set(values) & set(range(low, high + 1))) < 3:
        return None
    if high == 7 and 7 not in values:
        high = 5
    missing = [str(value) for value in values if not low <= value <= high]
    return Asked(item.name, "csat" if metric == "nps" else metric, low, high, (*missing, *words), is_named)


def _answers(item: Look, *, is_named: bool) -> tuple[list[int], tuple[str, ...]]:
    """The whole numbers of a column and the words used as codes beside them; nothing where too few cells are either."""
    words = tuple(
        value
        for value, count in zip(item.values, item.counts, strict=True)
        if count > 1 and not value.lstrip("-").replace(".", "", 1).isdigit()
    )
    whole = [value for value in item.values if is_whole(value)]
    if is_named:  # a slip of the pen off the scale is refused, as "eleven" is
        whole = [value for value in whole if float(value) <= 10 or float(value) in OUTSIDERS]
    if item.share_of({*whole, *words}) < FITTING or item.numbers < 0.8 * item.filled:
        return [], ()
    return sorted({int(float(value)) for value in whole}), words


def _codes(values: list[int]) -> set[int]:
    """What may mean "no answer": 6, 8 and 9 only beside a scale of five that was used in full."""
    return OUTSIDERS if {1, 2, 3, 4, 5} <= set(values) else OUTSIDERS - IN_TEN


def _questions(looks: dict[str, Look]) -> list[Asked]:
    """The questions: those whose headings say so, and columns that are many of one scale."""
    found = [asked for item in looks.values() if (asked := _question(item))]
    of_scale = [asked for asked in found if asked.high == 5 and not asked.is_named and re.match(r"[Qq]\d", asked.name)]
    return [asked for asked in found if asked.is_named] + (of_scale if len(of_scale) >= WIDE else [])


def _survey(draft: Draft, looks: dict[str, Look], questions: list[Asked]) -> None:
    text = next((item.name for item in looks.values() if item.is_text and item.name not in draft.used), None)
    wide = [asked for asked in questions if not asked.is_named]
    alone = [asked for asked in questions if asked.is_named]
    for number, asked in enumerate(alone):
        draft.say(
            "",
            f"# {asked.name}: whole numbers on {asked.low}-{asked.high}",
            "[[questions]]",
            f"column = {quoted(asked.name)}",
            *_scale(asked),
        )
        if (asked.low, asked.high) == (1, 10):
            draft.doubt(
                said("{name} is read on a scale of 1-10: check that it does not begin at 0", name=repr(asked.name)), 0.5
            )
        if text and number == 0:
            draft.say(f"text = {quoted(text)}")
        if len(alone) > 1 or wide:
            draft.say(f"touchpoint = {{ constant = {quoted(asked.name)} }}")
    if wide:
        missing = tuple(dict.fromkeys(code for asked in wide for code in asked.missing))
        draft.doubt(
            said(
                "{wide} columns share one scale and are read as questions: take away those that are not", wide=len(wide)
            ),
            0.7,
        )
        draft.say(
            "",
            "# Many columns on one scale: a wide survey.",
            "[[questions]]",
            *_scale(Asked("", "csat", 1, 5, missing, False)),
            "[questions.columns]",
            *(f"{quoted(asked.name)} = {quoted(asked.name)}" for asked in wide),
        )
    if any(asked.missing for asked in questions):
        draft.doubt("some codes beside the scale are read as \"no answer\": check 'missing'", 0.9)


def _scale(asked: Asked) -> list[str]:
    lines = [f'metric = "{asked.metric}"', f"scale = [{asked.low}, {asked.high}]"]
    if asked.missing:
        lines.append(f"missing = [{', '.join(map(quoted, asked.missing))}]")
    return lines


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


def _is_audit_log(looks: dict[str, Look], time: str | None) -> bool:
    return time is not None and _ticket(looks) is not None and _state(looks) is not None


def _ticket(looks: dict[str, Look]) -> Look | None:
    """The column of the ticket: its values come back, row after row."""
    found = [
        item
        for item in looks.values()
        if not item.is_time
        and item.filled == item.rows
        and 1 < item.distinct < 0.7 * item.rows
        and item.distinct > 0.02 * item.rows
    ]
    return next((item for item in found if says(item.name, "ticket") or item.name.lower() in ("number", "id")), None)


def _state(looks: dict[str, Look]) -> Look | None:
    found = [item for item in looks.values() if 2 <= item.distinct <= 40 and not item.is_numeric]
    return next((item for item in found if item.name == "concept:name"), None) or next(
        (item for item in found if says(item.name, "state")), None
    )


STATES = {
    "Ticket Resolved": ("resol", "solved", "rozwi", "решен", "已解决", "rezolv"),
    "Ticket Closed": ("clos", "zamk", "закры", "关闭", "inchis", "închis"),
    "Ticket Opened": ("new", "open", "nowe", "нов", "新建", "nou"),
    "Ticket Replied": ("awaiting user", "waiting for customer", "pending customer", "answered", "replied"),
}


def _audit_log(draft: Draft, looks: dict[str, Look]) -> None:
    ticket, state = _ticket(looks), _state(looks)
    if ticket is None or state is None:
        return
    draft.used |= {ticket.name, state.name}
    customers = [item for item in looks.values() if says(item.name, "customer") and item.name != ticket.name]
    unknown = sorted({"?", "N/A"} & {value for item in looks.values() for value in item.values})
    if unknown:
        draft.say(f"missing = [{', '.join(map(quoted, unknown))}]")
    draft.say(
        "",
        "[customer]",
        f"column = {quoted(customers[0].name if customers else ticket.name)}",
        f"anonymous = {quoted(ticket.name)}",
        "",
        f"# The same {ticket.name} comes back with another {state.name}: a history of tickets.",
        "[audit_log]",
        f"ticket = {quoted(ticket.name)}",
        f"state = {quoted(state.name)}",
    )
    group = next((item for item in looks.values() if says(item.name, "group") and item.distinct > 1), None)
    if group:
        draft.say(f"group = {quoted(group.name)}")
    if state.name == "concept:name":
        draft.say('others = "Ticket Progressed"')
    draft.say(
        "",
        "[audit_log.states]",
        *(f"{quoted(value)} = {quoted(event)}" for value in state.values if (event := _event_of(value))),
    )
    draft.doubt("the states of tickets were matched by their words: check [audit_log.states]", 0.8)
    _every(draft, looks, is_needed=True)
    draft.say(f"subject = {quoted(ticket.name)}")
    if state.name == "concept:name":
        draft.say(f"touchpoint = {quoted(state.name)}")


def _event_of(state: str) -> str | None:
    return next((event for event, words in STATES.items() if any(word in state.lower() for word in words)), None)
