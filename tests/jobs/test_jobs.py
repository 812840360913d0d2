"""A job: promised with the change, done once, tried again when it fails, kept when it cannot be done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from regard.base import Forbidden, NotFound
from regard.base.clock import frozen
from regard.jobs import Policy, Schedule, pause_seconds
from regard.jobs.models import LEASE, Job, Turn
from regard.jobs.site import backlog, enqueue, enqueue_all, failed_jobs, retry, run_due, start_working
from regard.jobs.tasks import POLICY, forget_given_up
from tests.jobs import errands
from tests.serving import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db
Lines = Callable[[], list[str]]
NOON = datetime(2026, 5, 18, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_job_is_done_once_and_then_gone(paper: Path, lines: Lines) -> None:
    enqueue(errands.write, path=str(paper), word="hello")
    assert run_due() == 1
    assert run_due() == 0
    assert lines() == ["hello"]
    assert not Job.objects.exists()


def test_a_job_is_forgotten_with_the_change_that_promised_it(paper: Path) -> None:
    with transaction.atomic():
        enqueue(errands.write, path=str(paper))
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_function_that_is_not_declared_is_never_called(paper: Path) -> None:
    with pytest.raises(Forbidden, match="not declared"):
        enqueue(Path.unlink, self=str(paper))
    Job.objects.create(function="os.remove", arguments={"path": str(paper)})
    paper.write_text("still here")
    run_due()
    assert paper.read_text() == "still here"
    assert Job.objects.get().problem.startswith("Forbidden (forbidden)")


def test_arguments_that_are_not_json_are_refused_at_once() -> None:
    with pytest.raises(TypeError):
        enqueue(errands.write, path=Path("here"))


def test_a_job_for_later_waits_until_then(paper: Path, lines: Lines) -> None:
    with frozen(NOON):
        enqueue(errands.write, at=after(60), path=str(paper))
        assert run_due() == 0
    with frozen(after(60)):
        assert run_due() == 1
    assert lines() == ["done"]


def test_the_longest_waiting_job_is_done_first(paper: Path, lines: Lines) -> None:
    for seconds, word in ((30, "third"), (10, "first"), (20, "second")):
        enqueue(errands.write, at=after(seconds), path=str(paper), word=word)
    run_due()
    assert lines() == ["first", "second", "third"]


def test_many_are_enqueued_together(paper: Path, lines: Lines) -> None:
    assert enqueue_all(errands.write, ({"path": str(paper), "word": str(n)} for n in range(2500))) == 2500
    assert backlog().waiting == 2500
    assert run_due(limit=3) == 3
    assert lines() == ["0", "1", "2"]


# --- keys ----------------------------------------------------------------------------------------------------------


def test_the_same_work_is_not_enqueued_twice(paper: Path, lines: Lines) -> None:
    for _ in range(3):
        enqueue(errands.write, key="report of May", path=str(paper))
    assert run_due() == 1
    assert lines() == ["done"]
    enqueue(errands.write, key="report of May", path=str(paper))
    assert run_due() == 1


def test_asking_for_it_sooner_brings_it_forward(paper: Path) -> None:
    with frozen(NOON):
        enqueue(errands.write, key="a", at=after(3600), path=str(paper))
        enqueue(errands.write, key="a", path=str(paper))
        assert run_due() == 1


def test_work_asked_for_while_it_is_under_way_is_done_once_more_afterwards(paper: Path, lines: Lines) -> None:
    enqueue(errands.write, key="a", path=str(paper))
    under_way = Job.objects.claim()
    enqueue(errands.write, key="a", path=str(paper))
    assert run_due() == 0
    under_way.finish()
    assert run_due() == 1
    assert run_due() == 0


def test_asking_for_work_that_had_failed_tries_it_anew(paper: Path) -> None:
    Job.objects.create(key="a", function=f"{errands.HERE}.write", arguments={"path": str(paper)}, failed_at=NOON)
    assert run_due() == 0
    enqueue(errands.write, key="a", path=str(paper))
    assert run_due() == 1


# --- failing -------------------------------------------------------------------------------------------------------


def test_a_job_that_fails_waits_longer_each_time_and_is_kept_in_the_end(paper: Path, lines: Lines) -> None:
    enqueue(errands.fail, path=str(paper))
    waits, at = [], datetime.now(UTC)
    while not failed_jobs():
        at = Job.objects.get().due_at
        with frozen(at):
            assert run_due() == 1
            waits.append((Job.objects.get().due_at - at).total_seconds())
    assert len(lines()) == POLICY.attempts == len(waits)
    assert all(5 * 2**n <= wait <= 10 * 2**n for n, wait in enumerate(waits[:6]))
    assert max(waits) <= POLICY.longest_seconds
    assert run_due() == 0
    assert backlog().failed == 1


def test_waits_differ_so_that_what_failed_together_does_not_come_back_together() -> None:
    assert {pause_seconds(3, chance / 10) for chance in range(11)} == {40 - 2 * n for n in range(11)}
    assert pause_seconds(10_000, 0.0, Policy(longest_seconds=60)) == 60


def test_why_it_failed_is_kept_without_quoting_anybody(paper: Path, caplog: pytest.LogCaptureFixture) -> None:
    enqueue(errands.fail, path=str(paper))
    run_due()
    problem = Job.objects.get().problem
    assert problem.startswith("Unavailable (unavailable)")
    assert "errands.py" in problem
    assert "ann@example.org" not in problem + caplog.text


def test_a_failed_job_is_tried_again_from_the_beginning_when_somebody_says_so(paper: Path, lines: Lines) -> None:
    job = Job.objects.create(
        function=f"{errands.HERE}.write", arguments={"path": str(paper)}, attempts=30, failed_at=NOON
    )
    with pytest.raises(NotFound):
        retry(job.pk + 1)
    assert retry(job.pk) == 1
    assert retry() == 0
    run_due()
    assert lines() == ["done"]


def test_what_was_given_up_is_kept_for_ninety_days(paper: Path) -> None:
    with frozen(NOON):
        enqueue(errands.fail, path=str(paper)).give_up("cut off")
    with frozen(NOON + timedelta(days=89)):
        enqueue(errands.fail, path=str(paper)).give_up("cut off")
        forget_given_up()
        assert len(failed_jobs()) == 2
    with frozen(NOON + timedelta(days=91)):
        forget_given_up()
        assert len(failed_jobs()) == 1


def test_a_job_that_fails_does_not_hold_up_the_others(paper: Path, lines: Lines) -> None:
    enqueue(errands.fail, path=str(paper))
    enqueue(errands.write, path=str(paper))
    assert run_due() == 2
    assert lines() == ["tried", "done"]


def test_a_job_that_asks_for_time_has_not_failed(paper: Path, lines: Lines) -> None:
    with frozen(NOON):
        enqueue(errands.not_yet, path=str(paper), seconds=90)
        run_due()
        job = Job.objects.get()
        assert (job.attempts, job.due_at, job.problem) == (0, after(90), "")
        assert run_due() == 0
    for asked in range(POLICY.attempts + 5):
        with frozen(after(90 * (asked + 1))):
            assert run_due() == 1
    assert backlog().failed == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_in_a_transaction_of_its_own_leaves_nothing_half_done(settings) -> None:
    settings.REGARD_JOBS = (f"{errands.HERE}.change_in_one_go",)
    enqueue(errands.change_in_one_go)
    run_due()
    assert not Session.objects.exists()
    assert Job.objects.get().problem.startswith("ValueError")


# --- leases --------------------------------------------------------------------------------------------------------


def test_a_job_under_way_is_not_taken_by_another_until_its_lease_is_over(paper: Path) -> None:
    with frozen(NOON):
        enqueue(errands.write, path=str(paper))
        first = Job.objects.claim()
        assert first is not None
        assert Job.objects.claim() is None
    with frozen(NOON + LEASE):
        assert Job.objects.claim().pk == first.pk


def test_of_two_that_saw_the_same_job_one_gets_it(paper: Path) -> None:
    enqueue(errands.write, path=str(paper))
    one, other = Job.objects.get(), Job.objects.get()
    assert [one.take(), other.take()] == [True, False]


def test_a_job_that_takes_longer_than_its_lease_is_not_taken_by_another(paper: Path, lines: Lines) -> None:
    enqueue(errands.work_long, path=str(paper))
    assert run_due() == 1
    assert lines() == ["alone"]


def test_whoever_lost_the_lease_changes_nothing_any_more(paper: Path) -> None:
    with frozen(NOON):
        enqueue(errands.write, path=str(paper))
        late = Job.objects.claim()
    with frozen(NOON + LEASE):
        again = Job.objects.claim()
        late.finish()
        late.give_up("too late")
        assert not late.renew()
        here = Job.objects.get()
    assert (here.lease, here.attempts, here.failed_at) == (again.lease, 2, None)


def test_a_job_that_always_kills_its_process_is_given_up(paper: Path, lines: Lines) -> None:
    enqueue(errands.write, path=str(paper))
    for attempt in range(POLICY.attempts):
        with frozen(NOON + (attempt + 1) * timedelta(days=365)):
            assert Job.objects.claim()
    with frozen(NOON + timedelta(days=40_000)):
        run_due()
    assert lines() == []
    assert failed_jobs()[0].problem.startswith("Cut off")


# --- schedules -----------------------------------------------------------------------------------------------------


def test_a_schedule_comes_back_every_so_often_and_missed_turns_do_not_pile_up(
    settings, monkeypatch: pytest.MonkeyPatch, paper: Path, lines: Lines
) -> None:
    monkeypatch.setenv("ERRANDS", str(paper))
    settings.REGARD_SCHEDULES = (Schedule("hourly", f"{errands.HERE}.come_back", every_seconds=3600),)
    start = datetime.now(UTC) + timedelta(days=1)
    done = []
    for hours in (0, 0.5, 1, 1.5, 8, 8.5):
        with frozen(start + timedelta(hours=hours)):
            done.append(run_due())
    assert done == [1, 0, 1, 0, 1, 0]
    assert len(lines()) == 3


def test_a_clock_that_was_a_year_ahead_for_a_moment_stops_neither_schedules_nor_jobs(
    settings, monkeypatch: pytest.MonkeyPatch, paper: Path, lines: Lines
) -> None:
    monkeypatch.setenv("ERRANDS", str(paper))
    settings.REGARD_SCHEDULES = (Schedule("hourly", f"{errands.HERE}.come_back", every_seconds=3600),)
    with frozen(NOON):
        enqueue(errands.write, path=str(paper), word="job")
    with frozen(NOON + timedelta(days=365)):
        assert Job.objects.claim()
        Turn.objects.create(name="hourly").pass_on(timedelta(hours=1))
    with frozen(after(60)):
        assert run_due() == 2
        assert run_due() == 0
    assert sorted(lines()) == ["done", "job"]


def test_of_two_processes_one_has_the_turn() -> None:
    Turn.objects.create(name="hourly")
    one, other = Turn.objects.get(), Turn.objects.get()
    assert [one.pass_on(timedelta(hours=1)), other.pass_on(timedelta(hours=1))] == [True, False]


def test_every_job_and_schedule_of_the_product_can_be_imported() -> None:
    from django.utils.module_loading import import_string

    from regard.wiring import JOBS, SCHEDULES

    assert all(callable(import_string(path)) for path in (*JOBS, *(schedule.function for schedule in SCHEDULES)))


def test_expired_sessions_are_forgotten_by_schedule(settings) -> None:
    from regard.wiring import SCHEDULES

    settings.REGARD_SCHEDULES = SCHEDULES
    day = timedelta(days=1)
    for key, expires in (("old", datetime.now(UTC) - day), ("new", datetime.now(UTC) + day)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    with frozen(datetime.now(UTC) + timedelta(seconds=1)):
        run_due()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


# --- the loop ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_sites_own_workers_do_what_is_enqueued_and_stop_when_told(
    settings, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()
    monkeypatch.setattr(errands, "write", lambda **_: written.set())
    Job.objects.enqueue(f"{errands.HERE}.write", None, None, {"path": str(paper)})
    stop = start_working(1)
    assert written.wait(PATIENCE_SECONDS)
    stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "jobs"]
    assert not Job.objects.exists()


# --- at once -------------------------------------------------------------------------------------------------------

on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="threads share one in-memory SQLite; processes: test_workers.py"
)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_four_workers_on_postgresql_do_each_job_once(paper: Path, lines: Lines) -> None:
    enqueue_all(errands.write, [{"path": str(paper), "word": str(n)} for n in range(300)])
    stop = start_working(4)
    while Job.objects.exists():
        time.sleep(0.05)
    stop()
    assert sorted(map(int, lines())) == list(range(300))


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_for_the_same_work_at_once_one_job_comes(paper: Path) -> None:
    def ask() -> None:
        enqueue(errands.write, key="same", path=str(paper))
        connection.close()

    asking = [threading.Thread(target=ask) for _ in range(12)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert Job.objects.count() == 1
