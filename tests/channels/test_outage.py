"""A mail server that is away for an hour: nothing is lost, nothing is sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regard.base.clock import frozen
from regard.jobs.site import backlog, enqueue_all, run_due
from tests.channels.conftest import Post
from tests.channels.posting import post_one

NAMES = [f"p{n}" for n in range(20)]


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_settings")
def test_mails_wait_for_a_server_that_is_down_for_an_hour_and_each_goes_once(
    settings, tmp_path: Path, opened: Callable[..., Post]
) -> None:
    settings.REGARD_JOBS, settings.REGARD_SCHEDULES = ("tests.channels.posting.post_one",), ()
    marks = tmp_path / "marks"
    marks.mkdir()
    noon = datetime.now(UTC)
    with frozen(noon):
        enqueue_all(post_one, [{"folder": str(marks), "name": name} for name in NAMES])
    for minute in range(60):
        with frozen(noon + timedelta(minutes=minute)):
            run_due()
    assert (backlog().waiting, backlog().failed) == (len(NAMES), 0)
    assert list(marks.iterdir()) == []

    post = opened()
    post.answers[f"{NAMES[3]}@example.org"] = "450 4.7.1 not yet"
    post.drops_at = "RCPT"
    for minute in range(60, 180):
        if minute == 150:
            post.answers.clear()
        with frozen(noon + timedelta(minutes=minute)):
            run_due()
    assert sorted(post.recipients) == sorted(f"{name}@example.org" for name in NAMES)
    assert (backlog().waiting, backlog().failed) == (0, 0)
