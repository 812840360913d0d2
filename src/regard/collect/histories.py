"""Tell the history of tickets from a table of other things, and write it down."""

from __future__ import annotations

from regard.collect.drafting import Draft, quoted
from regard.collect.essentials import write_every
from regard.collect.headings import says
from regard.collect.sketching import Look


def is_audit_log(looks: dict[str, Look], time: str | None) -> bool:
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


def write_audit_log(draft: Draft, looks: dict[str, Look]) -> None:
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
    write_every(draft, looks, is_needed=True)
    draft.say(f"subject = {quoted(ticket.name)}")
    if state.name == "concept:name":
        draft.say(f"touchpoint = {quoted(state.name)}")


def _event_of(state: str) -> str | None:
    return next((event for event, words in STATES.items() if any(word in state.lower() for word in words)), None)
