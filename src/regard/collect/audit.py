"""A ticket's audit log as what happened to it: the changes between one row and the next, each told once."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from regard.collect.mapping import AuditLog, Mapping, Time, Value
from regard.collect.staging import ROWS, Staging
from regard.collect.syntax import column, either, fill, literal, named, texts
from regard.collect.values import Reader

OPENED, RESOLVED, CLOSED, REOPENED, REASSIGNED = (
    "Ticket Opened",
    "Ticket Resolved",
    "Ticket Closed",
    "Ticket Reopened",
    "Ticket Reassigned",
)
IN_TICKET = "OVER (PARTITION BY _ticket ORDER BY _time, _order, _line)"


def tell(staging: Staging, mapping: Mapping) -> None:
    """Replace the staged rows by one row for each thing that happened to a ticket.

    The new rows have all the columns of the row that told it, and ``_event``, ``_at`` (UTC) and ``_key``. Rows whose
    time or ticket cannot be read stay, so that they are refused with their reason.
    """
    log = mapping.audit_log
    if log is None:
        return
    columns = [name for name in staging.columns() if name != "_key"]
    reader = Reader(mapping, columns)
    staging.run(_create("log", _steps(log, mapping, reader, columns)), stage="reading the history")
    kinds = [*_told(log), _unreadable(reader.value(mapping.time.value))]
    union: exp.Expr = kinds[0]
    for kind in kinds[1:]:
        union = exp.Union(this=union, expression=kind, distinct=False)
    staging.run(_create("told", union), stage="reading the history")
    staging.run(f"DROP TABLE {ROWS}")
    staging.run(
        _create(
            ROWS,
            exp.select(*[column(name) for name in columns], column("_event"), column("_at"), _key())
            .from_("told")
            .order_by("_line"),
        ),
        stage="reading the history",
    )
    staging.run("DROP TABLE log")
    staging.run("DROP TABLE told")


def _create(table: str, query: exp.Expr) -> exp.Expr:
    return exp.Create(this=exp.to_table(table), kind="TABLE", expression=query)


def _steps(log: AuditLog, mapping: Mapping, reader: Reader, columns: list[str]) -> exp.Expr:
    """Every row beside what its ticket was like before it."""
    cell = reader.cell
    order = [cell(name) for name in log.order]
    base = exp.select(
        *[column(name) for name in columns],
        named(cell(log.ticket), "_ticket"),
        named(reader.instant(mapping.time), "_time"),
        named(fill("rows.rowid"), "_line"),
        named(cell(log.state) if log.state else exp.null(), "_state"),
        named(cell(log.group) if log.group else exp.null(), "_group"),
        named(exp.Array(expressions=[reader.number(item) for item in order]) if order else exp.null(), "_order"),
        named(reader.instant(_at(mapping, log.opened_at)) if log.opened_at else exp.null(), "_opened"),
        named(reader.instant(_at(mapping, log.resolved_at)) if log.resolved_at else exp.null(), "_resolved"),
    ).from_(ROWS)
    kept = [named(_last(name), name) if name in log.final else column(name) for name in columns]
    counters = [
        named(
            fill(
                f"coalesce(:n - lag(:n, 1, 0) {IN_TICKET}, 0) > 0",
                n=fill("coalesce(TRY_CAST(:x AS DOUBLE), 0)", x=column(name)),
            ),
            f"_rose {name}",
        )
        for name in log.counters
    ]
    windows = {"_before": "lag(_state)", "_group_before": "lag(_group)", "_number": "row_number()"}
    return exp.select(
        *kept,
        *(column(name) for name in ("_ticket", "_time", "_line", "_state", "_group", "_opened")),
        named(fill("max(_resolved) OVER (PARTITION BY _ticket)"), "_resolved"),
        *counters,
        *[named(fill(f"{function} {IN_TICKET}"), name) for name, function in windows.items()],
        named(
            fill("row_number() OVER (PARTITION BY _ticket ORDER BY _time DESC, _order DESC, _line DESC)"), "_from_end"
        ),
    ).from_(base.subquery("base"))


def _at(mapping: Mapping, name: str) -> Time:
    return replace(mapping.time, value=Value(column=name))


def _last(name: str) -> exp.Expr:
    return fill("first(:x) OVER (PARTITION BY _ticket ORDER BY _time DESC, _order DESC, _line DESC)", x=column(name))


def _told(log: AuditLog) -> list[exp.Select]:
    """One query for each kind of thing that can happen."""
    changed = fill("(_state IS NOT NULL AND (_number = 1 OR _state IS DISTINCT FROM _before))")
    hidden = log.state if log.others else None
    told = [_event(OPENED, fill("coalesce(_opened, _time)"), fill("(_number = 1)"), hidden)]
    done = texts(state for state, event in log.states.items() if event in (RESOLVED, CLOSED))
    counted = set(log.counters.values())
    entered_any: list[exp.Expr] = []
    for event in dict.fromkeys(log.states.values()):
        states = texts(state for state, name in log.states.items() if name == event)
        if event == OPENED or (event == RESOLVED and log.resolved_at):
            continue
        entered = either([exp.Paren(this=exp.and_(changed, exp.In(this=column("_state"), expressions=states)))])
        entered_any.append(exp.paren(_fresh(entered, states)))
        told.append(_event(event, column("_time"), entered_any[-1].copy()))
    if log.resolved_at:
        told.append(_event(RESOLVED, column("_resolved"), fill("(_from_end = 1 AND _resolved IS NOT NULL)")))
    if done and REOPENED not in counted and REOPENED not in log.states.values():
        told.append(
            _event(
                REOPENED,
                column("_time"),
                exp.and_(
                    exp.In(this=column("_before"), expressions=done),
                    exp.not_(exp.In(this=column("_state"), expressions=done)),
                ),
                hidden,
            )
        )
    if log.group and REASSIGNED not in counted:
        told.append(
            _event(REASSIGNED, column("_time"), fill("(_group IS NOT NULL AND _group_before <> _group)"), hidden)
        )
    told += [_event(event, column("_time"), column(f"_rose {name}"), hidden) for name, event in log.counters.items()]
    if log.others:
        told.append(_event(log.others, column("_time"), fill("(NOT coalesce(:x, FALSE))", x=either(entered_any))))
    return told


def _fresh(entered: exp.Expr, states: list[exp.Expr]) -> exp.Expr:
    """Entering one of several states that mean the same is told once."""
    return exp.and_(
        entered, fill("(_before IS NULL OR NOT (:inside))", inside=exp.In(this=column("_before"), expressions=states))
    )


def _event(event: str, at: exp.Expr, when: exp.Expr, hidden: str | None = None) -> exp.Select:
    """One kind of event. Where every row of the log is told, what is only derived from it shows no state."""
    star = exp.Star(**({"replace": [named(exp.null(), hidden)]} if hidden else {}))
    return (
        exp.select(star, named(literal(event), "_event"), named(fill("CAST(:at AS VARCHAR)", at=at), "_at"))
        .from_("log")
        .where(exp.and_(fill("(_ticket IS NOT NULL AND _time IS NOT NULL)"), when))
    )


def _unreadable(time: exp.Expr) -> exp.Select:
    """Rows without a ticket or a time that can be read: kept, so that they are refused with their reason."""
    return (
        exp.select("*", named(literal(OPENED), "_event"), named(time, "_at"))
        .from_("log")
        .where(fill("(_ticket IS NULL OR _time IS NULL)"))
    )


def _key() -> exp.Expr:
    """A ticket's event by its time; the same event twice at one instant is numbered."""
    return named(
        fill(
            "coalesce(_ticket, '?') || ':' || _event || ':' || coalesce(_at, CAST(_line AS VARCHAR)) "
            "|| coalesce('#' || CAST(nullif(row_number() OVER ("
            "PARTITION BY _ticket, _event, _at ORDER BY _line), 1) AS VARCHAR), '')"
        ),
        "_key",
    )
