"""measure, compare, explain, overview: questions."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from regard.cli.arguments import EVERY, Commands, command, day, of_output, of_slice, of_workspace, wanted
from regard.cli.choosing import opened

if TYPE_CHECKING:
    from regard.report import Result

MEASURE = """
regard measure nps --workspace airport
regard measure csat --by terminal --every year --where language=en
regard measure resolution_time --period 2016-Q1 --json
"""
COMPARE = """
regard compare csat 2016 2017 --workspace airport
regard compare csat 2016 2017 --by terminal
"""
METRIC = "csat, nps, ces, retention, churn, fcr, resolution_time, referral_rate, or a companion"
PERIOD = "2016, 2016-Q3, 2016-05, 2016-W07, 2016-05-01 or first..end"
BY = "break down by a column or property"
EXPLAIN = "regard explain csat 2016 2017 --by terminal --workspace airport"


def declare(commands: Commands) -> None:
    overview = command(commands, "overview", _overview, "show the eight numbers of a workspace")
    overview.add_argument("--period", metavar="P", help=PERIOD)
    _finish(overview)
    _declare_measure(commands)
    about = "compare a metric between two periods, with the interval of the difference"
    _declare_two(command(commands, "compare", _compare, about, COMPARE), is_by_needed=False)
    about = "say why a metric differs: who answered (mix), and how they answered (rate)"
    _declare_two(command(commands, "explain", _explain, about, EXPLAIN), is_by_needed=True)


def _declare_measure(commands: Commands) -> None:
    measure = command(commands, "measure", _measure, "measure one metric, with its interval and n", MEASURE)
    measure.add_argument("metric", metavar="METRIC", help=METRIC)
    measure.add_argument("--by", metavar="C", help=BY)
    measure.add_argument("--every", choices=EVERY, help="one figure for each day, week, month, quarter or year")
    measure.add_argument("--from", dest="start", metavar="D", type=day, help="first day, e.g. 2016-01-01")
    measure.add_argument("--to", dest="end", metavar="D", type=day, help="the day after the last, e.g. 2017-01-01")
    _of_definition(measure)
    measure.add_argument("--period", metavar="P", help=f"instead of --from and --to: {PERIOD}")
    _finish(measure)


def _declare_two(declared: argparse.ArgumentParser, *, is_by_needed: bool) -> None:
    declared.add_argument("metric", metavar="METRIC", help=METRIC)
    declared.add_argument("a", metavar="A", help=f"the period before: {PERIOD}")
    declared.add_argument("b", metavar="B", help="the period after")
    declared.add_argument("--by", metavar="C", required=is_by_needed, help=BY)
    _of_definition(declared)
    _finish(declared)


def _of_definition(declared: argparse.ArgumentParser) -> None:
    about = "measure by version N of the metric's definition (default: the newest)"
    declared.add_argument("--definition", dest="version", metavar="N", type=int, help=about)


def _finish(declared: argparse.ArgumentParser) -> None:
    of_slice(declared)
    about = "measure by version N of the workspace's settings: time zone, minimum n, hours (default: the newest)"
    declared.add_argument("--settings", metavar="N", type=int, help=about)
    declared.add_argument("--sql", action="store_true", help="print the query that gives the numbers")
    of_output(declared)
    of_workspace(declared)


def _overview(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        _answer(given, cx.overview(period=given.period, **_slice(given)))


def _measure(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        asked = {name: getattr(given, name) for name in ("by", "every", "start", "end", "period", "version")}
        _answer(given, cx.measure(given.metric, **asked, **_slice(given)))


def _compare(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        _answer(given, cx.compare(given.metric, given.a, given.b, by=given.by, version=given.version, **_slice(given)))


def _explain(given: argparse.Namespace) -> None:
    with opened(given.workspace) as cx:
        _answer(given, cx.explain(given.metric, given.a, given.b, by=given.by, version=given.version, **_slice(given)))


def _slice(given: argparse.Namespace) -> dict[str, Any]:
    return {"where": wanted(given.where), "as_of": given.as_of, "settings": given.settings}


def _answer(given: argparse.Namespace, result: Result) -> None:
    if given.sql:
        print(result.sql)
    else:
        show(result, given.form)


def show(result: Result, form: str = "table") -> None:
    """Print a result as a table, JSON or CSV."""
    if form == "csv":
        print(result.to_csv(), end="")
    else:
        print(result.to_json(indent=2) if form == "json" else result)
