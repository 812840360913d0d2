"""The work of loads: looking at files, checking what they would come to, loading them; away from the request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils.translation import gettext as _

from regard.accounts.site import Workspace, record_audit, store_of
from regard.base import Conflict, Invalid, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.words import kept, said
from regard.collect.drafting import quoted
from regard.collect.loading import load as load_files
from regard.collect.mapping import Mapping
from regard.collect.model import LoadResult
from regard.collect.models import Load, State, Step
from regard.collect.parsing import parse_mapping
from regard.collect.proposing import propose, source_of
from regard.collect.refused import corrected, mapping_of_load, replay
from regard.collect.rehearsing import rehearse

AT_ONCE = 2
TICK_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
"""How long a page waits for work to finish before it shows its progress instead."""
KEPT_DAYS = 7

_room = threading.BoundedSemaphore(AT_ONCE)


class Pulse:
    """Tells the database how an attempt fares, so that every page and process can see it, and hears if it must stop."""

    def __init__(self, load: Load):
        self.load = load
        self.stage, self.done, self.total = "", 0, 0
        self.must_stop = False

    def tell(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total

    def is_stopped(self) -> bool:
        return self.must_stop

    def beat(self) -> None:
        is_mine = self.load.note(stage=self.stage[:40], done=self.done, total=self.total)
        wish = Load.objects.of(self.load.workspace).filter(pk=self.load.pk).values_list("is_cancelled", flat=True)
        self.must_stop = not is_mine or next(iter(wish), True)

    @contextmanager
    def beating(self) -> Iterator[Pulse]:
        """Beat until the work is done, however long one statement of it takes."""
        finished = threading.Event()

        def go_on() -> None:
            try:
                while not finished.wait(TICK_SECONDS):
                    self.beat()
            finally:
                connections.close_all()

        heart = threading.Thread(target=go_on, daemon=True)
        heart.start()
        try:
            yield self
        finally:
            finished.set()
            heart.join()


def begin(load: Load, step: str) -> bool:
    """Begin a step and wait a moment for it; false when it is being worked on elsewhere, or over."""
    if not load.claim(step):
        return False
    start(load.workspace.slug, load.key)
    load.refresh_from_db()
    return True


def start(slug: str, key: str) -> None:
    """Work in a thread of its own; daemonic, for a load that is cut off keeps nothing and can be begun again."""
    work = threading.Thread(target=_in_thread, args=(slug, key), name=f"load {key}", daemon=True)
    work.start()
    work.join(PATIENCE_SECONDS)


def _in_thread(slug: str, key: str) -> None:
    try:
        run(slug, key)
    finally:
        connections.close_all()


def run(slug: str, key: str) -> None:
    """Do the step that was begun, and write down what became of it."""
    load = Load.objects.of(Workspace.objects.get(slug=slug)).select_related("workspace", "made_by").get(key=key)
    try:
        with Pulse(load).beating() as pulse, _in_turn(pulse):
            load.note(state=State.WORKING)
            outcome = STEPS[load.step](load, pulse)
    except RegardError as error:
        _stopped(load, error)
        return
    is_mine = load.note(state=State.READY, outcome=outcome)
    if is_mine and load.step == Step.LOAD:
        load.forget_files()


def _stopped(load: Load, error: RegardError) -> None:
    state = State.CANCELLED if error.code == "cancelled" else State.FAILED
    problem = {"message": kept(error.message), "remedy": kept(error.remedy or ""), "field": error.field or ""}
    load.note(state=state, problem=problem)


@contextmanager
def _in_turn(pulse: Pulse) -> Iterator[None]:
    """Wait until there is room: two large loads at once would only be slower."""
    while not _room.acquire(timeout=TICK_SECONDS):
        if pulse.is_stopped():
            raise Conflict(said("the load was cancelled; nothing of it was kept"), code="cancelled")
    try:
        yield
    finally:
        _room.release()


def mapping_of(load: Load, text: str | None = None) -> Mapping:
    """The load's mapping (or another text) as its files, or the refused rows it loads again, would be read by it."""
    text = load.mapping if text is None else text
    if load.replays:
        return mapping_of_load(store_of(load.workspace), load.replays, text)
    return parse_mapping(text, default_source=source_of(load.files[0]["name"]))


def _look(load: Load, pulse: Pulse) -> dict[str, Any]:
    """Propose a mapping, and keep what was seen for the page."""
    found = propose(load.paths, progress=pulse.tell, cancel=pulse.is_stopped)
    if not found.rows:
        raise Invalid(_("%(names)s: there is a header but no rows.") % {"names": load.names}, code="no_rows")
    load.keep_aside(
        "sketch",
        {
            "columns": [{**asdict(column), "reason": kept(column.reason)} for column in found.columns],
            "notes": [kept(note) for note in found.notes],
            "confidence": found.confidence,
            "rows": list(found.rows),
        },
    )
    Load.objects.of(load.workspace).filter(pk=load.pk).update(mapping=_in_zone(found.toml, load.workspace))
    return {"confidence": found.confidence}


def _in_zone(toml: str, workspace: Workspace) -> str:
    """A proposal that takes clocks which do not say theirs for the workspace's own."""
    kept_settings = next((record.body for record in store_of(workspace).kept("settings", "workspace")), {})
    zone = kept_settings.get("time_zone", config().time_zone)
    first, rest = toml.split("\n", 1)
    return toml if zone == "UTC" else f"{first}\ntime_zone = {quoted(zone)}\n{rest}"


def _check(load: Load, pulse: Pulse) -> dict[str, Any]:
    """Go through everything but keep nothing."""
    store = store_of(load.workspace)
    found = rehearse(store, load.paths, mapping_of(load), progress=pulse.tell, cancel=pulse.is_stopped)
    load.keep_aside("preview", {"rows": list(found.rows), "refused": list(found.refused)})
    return _counts(found.result)


def _load(load: Load, pulse: Pulse) -> dict[str, Any]:
    """Load, or load refused rows again; then write it in the audit log."""
    made_by = f"user {load.made_by_id}" if load.made_by_id else None
    if load.replays:
        result = _replayed(load, made_by)
    else:
        result = load_files(
            store_of(load.workspace),
            load.paths,
            mapping_of(load),
            progress=pulse.tell,
            cancel=pulse.is_stopped,
            made_by=made_by,
        )
    counts = _counts(result)
    record_audit(
        load.workspace,
        load.made_by,
        "data replayed" if load.replays else "data loaded",
        f"load {result.load_id}",
        **{name: counts[name] for name in ("accepted", "known", "refused")},
    )
    return counts


def _replayed(load: Load, made_by: str | None) -> LoadResult:
    rows = None
    if load.files:
        text = load.paths[0].read_bytes().decode("utf-8-sig", errors="replace")
        rows = corrected(text)
    return replay(store_of(load.workspace), load.replays, rows, mapping=mapping_of(load), made_by=made_by)


def _counts(result: LoadResult) -> dict[str, Any]:
    return {
        "load": result.load_id,
        "accepted": result.accepted,
        "known": result.known,
        "refused": result.refused,
        "reasons": dict(result.reasons),
        "notes": [kept(note) for note in result.notes],
    }


STEPS: dict[str, Callable[[Load, Pulse], dict[str, Any]]] = {Step.LOOK: _look, Step.CHECK: _check, Step.LOAD: _load}


def sweep_uploads(workspace: Workspace) -> int:
    """Forget uploads that nobody went on with for a week, with their files; returns how many."""
    before = now() - timedelta(days=KEPT_DAYS)
    old = Load.objects.of(workspace).filter(seen_at__lt=before).exclude(step=Step.LOAD, state=State.READY)
    found = list(old)
    for load in found:
        load.forget_files()
        load.delete()
    return len(found)
