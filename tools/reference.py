"""Write the generated pages of docs/reference from the code; with ``--check``, say which of them are stale."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import msgspec

from regard.accounts import model as accounts
from regard.base import errors
from regard.base.config import Config
from regard.collect import REASONS
from regard.metrics import COMPANIONS, METRICS, Metric
from regard.profiles import conditions as language
from regard.report import Workspace, workspace
from regard.report.results import Result
from regard.stream import COLUMNS, VOCABULARY
from regard.stream.schema import COLUMN_TYPES
from tools import cli_reference, survey_reference

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
MADE = "<!-- Written by tools/reference.py from the code; change that, then run `make docs`. -->"


def page(title: str, *parts: str) -> str:
    """A page of Markdown."""
    return "\n\n".join([f"# {title}", MADE, *(part.strip() for part in parts if part.strip())]) + "\n"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(headings)
    lines = [names, ["---"] * len(names), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# --- settings ---------------------------------------------------------------------------------------------------------


def settings() -> str:
    rows = [
        (f"`REGARD_{item.name.upper()}`", _type(item.default), _default(item.default), item.metadata["about"])
        for item in fields(Config)
    ]
    about = """
Settings of the process are environment variables that begin with `REGARD_`. They are read once, when a command
starts. A value that cannot be used stops the command with a sentence that names the variable.

`regard check` says whether the settings fit together.
"""
    own = """
## Settings of a workspace

These belong to a workspace, not to the process. Owners change them on the page *Settings* of the workspace.

| Setting | Default | What it is for |
| --- | --- | --- |
| `name` | the file's name | What people call the workspace. |
| `time_zone` | `REGARD_TIME_ZONE` | Days, weeks and months begin at midnight here. |
| `currency` | none | The currency that money is shown in. |
| `minimum_n` | `5` | Groups with fewer answers, customers or tickets are withheld. |
| `kind` | `non_contractual` | Whether a customer stays by `contractual` subscription or by purchases. |
| `calendar` | none | Opening hours and holidays, for time in business hours; on the page *Definitions*. |
"""
    return page("Settings", about, table(("Variable", "Type", "Default", "What it is for"), rows), own)


def _type(value: object) -> str:
    names = {bool: "true or false", int: "whole number", str: "text"}
    return names.get(type(value), "folder")


def _default(value: object) -> str:
    return "empty" if value == "" else f"`{str(value).lower() if isinstance(value, bool) else value}`"


# --- metrics ----------------------------------------------------------------------------------------------------------


def metrics() -> str:
    about = """
The contract of every metric: what it counts, how, and by which rules. The rules shown are version 0, as shipped; a
workspace may [change them](../how-to/change-a-definition.md), and every change makes a new version. Why each is
measured so stands in [why the metrics are as they are](../why/metrics.md).

Units: a `share` is kept as 0–1 and shown as per cent; `points` run from −100 to 100; `score` is on the scale of the
question; an `index` is 0–100; times are kept in `seconds`.
"""
    return page("Metrics", about, "## The eight", *map(_metric, METRICS), "## Companions", *map(_metric, COMPANIONS))


def _metric(metric: Metric) -> str:
    better = metric.better or "depends on the question's orientation"
    facts = [
        ("Name", f"`{metric.key}`"),
        ("Unit", f"`{metric.unit}`"),
        ("Better", better),
        ("Formula", metric.formula),
        ("Interval", metric.interval),
        ("Source", metric.source),
        ("Reads", ", ".join(f"`{name}`" for name in metric.reads)),
    ]
    rules = [
        (f"`{rule.name}`", f"`{json.dumps(rule.default, ensure_ascii=False)}`", rule.about) for rule in metric.rules
    ]
    parts = [f"### {metric.title}", metric.about, table(("", ""), facts)]
    parts += [table(("Rule", "Default", "What it decides"), rows) for rows in [rules] if rows]
    return "\n\n".join(parts)


# --- errors -----------------------------------------------------------------------------------------------------------

WHEN = {
    "Unauthorized": "It is not known who you are.",
    "NotFound": "There is no such thing, or you may not know of it.",
    "Forbidden": "You are known, but this is not yours to do.",
    "NotAllowed": "The address does not take that method.",
    "Conflict": "It clashes with what is there already.",
    "Invalid": "What was given cannot be used. `field` names it, `remedy` says what to do.",
    "TooSlow": "What was announced did not come in time.",
    "TooMany": "Too much at once: wait, or send less.",
    "TooLarge": "More than is taken in at one time: nothing of it was kept.",
    "Unavailable": "A part that is needed is not there right now: try again later.",
}


def error_page() -> str:
    about = """
Every error that Regard raises on purpose is a `RegardError` from `regard.base`. It carries one sentence for people
(`message`), a stable `code` for programs, and, where they help, the `field` that is wrong and the `remedy`. On the
command line the sentence goes to stderr and the exit code is 1. On a page it is shown with the HTTP status of the
table.
"""
    kinds = [kind for kind in errors.RegardError.__subclasses__() if kind.__module__ == errors.__name__]
    rows = [(f"`{kind.__name__}`", f"`{kind.default_code}`", str(kind.status), WHEN[kind.__name__]) for kind in kinds]
    refused = """
## Why a row was refused

A row of a file that cannot be used stops nothing: it is kept with one of these reasons, its line, its column and
the row as it came. See [correct and replay](../how-to/correct-and-replay.md).
"""
    reasons = [(f"`{code}`", said) for code, said in REASONS.items()]
    found = table(("Class", "Code", "HTTP", "When"), rows)
    return page("Errors", about, found, refused, table(("Reason", "Meaning"), reasons))


# --- the stream -------------------------------------------------------------------------------------------------------

MEANING = {
    "id": "Tells interactions apart. A second arrival of the same id changes nothing.",
    "occurred_at": "When it happened, in UTC.",
    "received_at": "When Regard learned of it, in UTC. `as_of` looks at this one.",
    "source_key": "The customer's identifier as it came.",
    "customer": "The customer's number, made from `source_key`. Empty: nobody knows whose it was.",
    "name": "What happened, as *Object Action*.",
    "channel": "Where: web, app, email, phone, chat, store…",
    "touchpoint": "The step of the journey it is about.",
    "subject": "The thread it belongs to: an order, a ticket, a survey response.",
    "metric": "What a survey question measures: `csat`, `nps`, `ces`…",
    "score": "The answer, on its own scale.",
    "scale_min": "The lowest possible answer.",
    "scale_max": "The highest possible answer.",
    "orientation": "Which end of the scale is good: `higher` or `lower`.",
    "weight": "How much the answer counts, where a sample is weighted.",
    "text": "The customer's own words.",
    "language": "Language of the answer, e.g. `en`.",
    "amount": "Money.",
    "currency": "Its currency, e.g. `EUR`.",
    "agent": "The employee involved.",
    "properties": "Everything else, as a JSON object. A property can be used like a column: `by`, `where`.",
    "context": "What the sender said about itself, as a JSON object.",
    "load": "The load it came with.",
}


def interactions() -> str:
    about = """
Everything is an interaction: one thing that happened between a customer and the company. A workspace holds one
table of them. It is only ever added to.
"""
    columns = [(f"`{name}`", COLUMN_TYPES[name], MEANING[name]) for name in COLUMNS]
    semantic = """
## Semantic names

These names have a meaning for the metrics. They follow Segment's published specifications where those say
something, and the same form elsewhere. Any other name is welcome: it is a touchpoint.
"""
    names = [
        (f"`{item.name}`", item.about, ", ".join(f"`{need}`" for need in item.needs) or "–")
        for item in VOCABULARY.values()
    ]
    return page(
        "Interactions",
        about,
        table(("Column", "Type", "Meaning"), columns),
        semantic,
        table(("Name", "What happened", "Columns it needs"), names),
    )


# --- roles ------------------------------------------------------------------------------------------------------------

RIGHTS = {
    "view_metrics": "See figures, trends and comparisons",
    "view_rows": "See single interactions and the customers' own words (personal data)",
    "export": "Take figures and rows away as CSV",
    "import_data": "Load files, correct refused rows",
    "manage_surveys": "Make surveys, publish them, invite people",
    "manage_sources": "Set up what sends events live, replay what was refused",
    "merge_profiles": "Merge profiles and take merges back, decide suggestions",
    "edit_definitions": "Change how a metric is counted",
    "manage_members": "Invite, change and remove members",
    "manage_workspace": "Change the workspace's settings, erase people",
    "view_audit": "Read the audit log",
}


def roles() -> str:
    about = """
A member of a workspace has one role. The same person may have another role in another workspace. Nobody can give a
role with rights that they do not have themselves, and the last owner cannot leave. Every page declares the right it
needs; who lacks it sees that they may not, and a stranger sees that there is no such page.
"""
    headings = ("Right", "What it allows", *(str(role) for role in accounts.Role))
    rows = [
        (f"`{right}`", RIGHTS[right], *("yes" if right in accounts.rights_of(role) else "" for role in accounts.Role))
        for right in accounts.Right
    ]
    return page("Roles", about, table(headings, rows))


# --- Python -----------------------------------------------------------------------------------------------------------

RESULTS = ("columns", "records", "to_csv", "to_json", "to_arrow", "to_pandas")
EXAMPLE = """
```python
import regard

with regard.open(":memory:") as cx:
    assert cx.nps().value is None  # nothing counted yet
```
"""


def python() -> str:
    about = """
`regard.open(path)` opens a workspace file (`<home>/workspaces/<name>.duckdb`), made when it is not there, and gives
a `Workspace`. While a server or another process has the file open, that process is asked; nothing changes for you.
"""
    keywords = table(
        ("Argument", "Meaning"),
        [
            ("`by`", "Break down by a column or property."),
            ("`every`", "`day`, `week`, `month`, `quarter` or `year`: one figure for each."),
            ("`start`, `end`", "Dates (or `2016-12-31` as text) in the workspace's time zone; `end` is not included."),
            ("`period`", "Both at once: `2016`, `2016-Q3`, `2016-05`, `2016-W07`, `2016-05-01`, `first..end`."),
            ("`where`", "A dictionary: column or property to the value wanted, or a list of values."),
            ("`as_of`", "As known at this instant: rows received later are not seen."),
        ],
    )
    results = """
## Results

Every question returns a result. It prints as a table, shows as a table in a notebook, iterates, and exports. `sql`
is the query that made it, `notes` what to know about it. A single figure also has `value`, `low`, `high`, `n` and
`parts` (its companions).
"""
    return page(
        "Python",
        about,
        EXAMPLE,
        "## Arguments of questions",
        keywords,
        "## Workspace",
        *_members(Workspace),
        results,
        *(_member(name, getattr(Result, name)) for name in RESULTS),
    )


def _members(kind: type) -> list[str]:
    return [_member(name, value) for name, value in vars(kind).items() if not name.startswith("_")]


def _member(name: str, value: object) -> str:
    is_property = isinstance(value, property)
    said = inspect.getdoc(value.fget if isinstance(value, property) else value) or ""
    signature = "" if is_property else _signature(value)
    return f"### `{name}{signature}`\n\n{_plain(said)}"


def _signature(value: object) -> str:
    """A signature as people read it: without types and without ``self``."""
    assert callable(value)
    names = []
    for one in inspect.signature(value).parameters.values():
        if one.name == "self":
            continue
        star = {one.VAR_KEYWORD: "**", one.VAR_POSITIONAL: "*"}.get(one.kind, "")
        default = "" if one.default is one.empty else f"={one.default!r}"
        names.append(f"{star}{one.name}{default}")
    return f"({', '.join(names)})".replace("**asked", ", ".join(f"{name}=" for name in workspace.Asked.__annotations__))


def _plain(said: str) -> str:
    """A docstring as Markdown."""
    said = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", said)
    return said.replace("``", "`").replace("\n", " ")


# --- the API ----------------------------------------------------------------------------------------------------------


def api() -> str:
    import regard.asgi  # noqa: F401 - sets Django up
    from regard.accounts.api.describing import described, operations
    from regard.accounts.keys.model import SCOPES

    about = """
Below `/api/v1`, as `/api/v1/openapi.json` describes it (OpenAPI 3.1); `/api/v1/docs` shows the same with examples. See
[how to use it](../how-to/api.md).
"""
    scopes = [(f"`{scope}`", words) for scope, words in SCOPES.items()]
    found = [
        (f"`{method.upper()} {path}`", one["description"].replace("\n", " "), f"`{one['x-scope']}`", _asked(one))
        for path, method, one in operations(described())
    ]
    return page(
        "API",
        about,
        "## Scopes",
        table(("Scope", "What a key with it may do"), scopes),
        "## Operations",
        table(("Operation", "What it does", "Scope", "Parameters"), found),
    )


def _asked(operation: dict[str, Any]) -> str:
    return ", ".join(f"`{one['name']}`" for one in operation["parameters"] if one["in"] == "query") or "–"


# --- conditions -------------------------------------------------------------------------------------------------------


def conditions() -> str:
    about = """
A condition says who belongs to a [segment](../how-to/segments.md). It is a JSON object whose `kind` says which of the
parts below it is. What cannot be used is refused with the path of what is wrong, such as `of[0].during`.

```json
{"kind": "all", "of": [
  {"kind": "trait", "name": "plan", "is": "equals", "value": "pro"},
  {"kind": "did", "name": "Order Refunded", "times": {"at_least": 2}, "during": {"within_days": 90}},
  {"kind": "not", "of": {"kind": "segment", "key": "staff"}}
]}
```
"""
    meaning = """
## What it means, exactly

- **Who** is looked at: everybody with at least one interaction by then. For nobody else does any condition hold, `not`
  included.
- **When**: interactions count that occurred until now, or until the data end where that is earlier. With `as_of`, those
  received by then. So the last 90 days of data that end in 2018 are of 2018.
- **Windows** are half-open. `within_days` and `before_days` are whole days of 24 hours back from that moment; `since`
  is the first local day of the workspace's time zone, `until` the first one after.
- **A trait** is what the latest `Profile Updated` that mentions it says; `null` takes it away. What is not known passes
  no test but `missing`.
- **Texts** are compared letter by letter, capitals included. A number as `value` compares numbers: texts pass only if
  they are digits with at most one point (`5`, `-2.50`), so that `"ten"`, `"1e5"` and `"1_000"` are no numbers.
- **Dates** (`before`, `on_or_after`) compare the first ten characters, where they are a date like `2026-05-31`.
- **Amounts** are added in thousandths, whatever their currency: add `{"column": "currency", "value": "EUR"}` to
  `where`. Amounts beyond a million million are left out.
- **Scores** are answers as given, on the scale named; answers on other scales are not counted, weights are not used.
- **At one instant** the greatest value is the latest.
"""
    kinds = [*get_args(language.Condition), language.Range, language.Window, language.Where]
    parts = [_part(kind) for kind in kinds]
    tests = (
        "## Tests\n\nWhat `is` may say: "
        + ", ".join(f"`{how}`" for how in get_args(language.How))
        + "; without it: `equals`."
    )
    limits = f"A condition has at most {language.MOST_PARTS} parts, nested at most {language.MOST_DEPTH} deep."
    return page("Conditions", about, *parts, tests, meaning, limits)


def _part(kind: type[msgspec.Struct]) -> str:
    tag = kind.__struct_config__.tag
    heading = f"## `{tag}`" if tag else f"## {kind.__name__}"
    known = msgspec.json.schema(kind)["$defs"][kind.__name__]
    needed = known.get("required", ())
    rows = [
        (f"`{name}`", "yes" if name in needed else "", _shape(shape))
        for name, shape in known["properties"].items()
        if name != "kind"
    ]
    return f"{heading}\n\n{_plain(kind.__doc__ or '')}\n\n{table(('Field', 'Needed', 'What it holds'), rows)}"


def _shape(shape: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "anyOf" in shape:
        named = [_shape(each) for each in shape["anyOf"]]
        return "a condition" if "All" in named else " or ".join(name for name in dict.fromkeys(named) if name != "null")
    if "$ref" in shape:
        return shape["$ref"].rpartition("/")[2]
    if "enum" in shape:
        return ", ".join(f"`{value}`" for value in shape["enum"])
    if shape.get("type") == "array":
        return f"a list: {_shape(shape['items'])}" if shape.get("items") else "lowest and highest"
    return {"string": "a date" if shape.get("format") else "text", "integer": "whole number"}.get(
        shape.get("type", ""), shape.get("type", "anything")
    )


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


PAGES: dict[str, Callable[[], str]] = {
    "conditions.md": conditions,
    "settings.md": settings,
    "metrics.md": metrics,
    "errors.md": error_page,
    "interactions.md": interactions,
    "roles.md": roles,
    "python.md": python,
    "api.md": api,
    "cli.md": cli_reference.reference,
    "surveys.md": survey_reference.reference,
}


def write() -> int:
    for name, said in PAGES.items():
        (FOLDER / name).write_text(said(), encoding="utf-8")
    return 0


def check() -> int:
    stale = [name for name, said in PAGES.items() if (FOLDER / name).read_text(encoding="utf-8") != said()]
    print(f"{len(PAGES)} generated pages" + "".join(f"\n{FOLDER / name} is stale: run `make docs`" for name in stale))
    return len(stale)


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv else write())
