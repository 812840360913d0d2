"""Several respondents in the same instant, each in a thread with a connection of its own: how it ended, as words."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from tests.serving import PATIENCE_SECONDS

SEATS = 3
PEOPLE = 8
RATING = {"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10, "metric": "nps"}
ONE_PAGE = {"pages": [{"name": "p", "elements": [RATING]}]}
TWO_PAGES = {"pages": [*ONE_PAGE["pages"], {"name": "q", "elements": [{"type": "comment", "name": "why"}]}]}
FEW = {**ONE_PAGE, "quotas": [{"name": "few", "expression": "{nps} >= 9", "limit": SEATS}]}


def at_once(*things: Callable[[], Any]) -> None:
    """Do all of them, from one moment on."""
    from django.db import connection

    start = threading.Barrier(len(things))

    def do(thing: Callable[[], Any]) -> None:
        start.wait(PATIENCE_SECONDS)
        thing()
        connection.close()

    threads = [threading.Thread(target=do, args=[thing]) for thing in things]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Stream:
    """What the stream has been told: of two calls with one id it keeps the first. Whoever tells it waits for a second
    who is about to, for as long as one that may not come is waited for: the worst moment there is."""

    def __init__(self) -> None:
        self.calls: dict[str, Any] = {}
        self.meeting = threading.Barrier(2)

    def tell(self, _: Any, calls: Sequence[Any]) -> None:
        for call in calls:
            self.calls.setdefault(call["messageId"], call)
        with suppress(threading.BrokenBarrierError):
            self.meeting.wait(1)

    def answers(self, question: str) -> list[Any]:
        told = (call["properties"] for call in self.calls.values() if call["event"] == "Survey Answered")
        return [one["answer"] for one in told if one["question_id"] == question]


@contextmanager
def listening() -> Iterator[Stream]:
    from regard.surveys import tasks

    stream = Stream()
    with patch.object(tasks, "tell", stream.tell):
        yield stream


def seats(workspace: Any) -> str:
    """Many at the last seats of a quota."""
    from regard.surveys.models import Response
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, FEW, is_once_each=False)
    people = [Person().open(f"/s/{survey.key}/") for _ in range(PEOPLE)]
    at_once(*(lambda person=person: person.send(nps="9") for person in people))
    ended = Counter(Response.objects.of(workspace).values_list("ended_by", flat=True))
    return f"{ended['complete']} {ended['quota']}"


def windows(workspace: Any) -> str:
    """Two windows send the last page of one response with other answers."""
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, TWO_PAGES, is_once_each=False)
    one = Person().open(f"/s/{survey.key}/").send(nps="9")
    other = Person().open(one.action)
    with listening() as stream:
        at_once(lambda: one.send(why="first"), lambda: other.send(why="second"))
    return _agree(workspace, stream, "why")


def forms(workspace: Any) -> str:
    """The one page of a survey is sent twice with other answers: the same form, with the same id in it."""
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, ONE_PAGE, is_once_each=False)
    person = Person().open(f"/s/{survey.key}/")
    other = Person(page=person.page)
    with listening() as stream:
        at_once(lambda: person.send(nps="9"), lambda: other.send(nps="1"))
    return _agree(workspace, stream, "nps")


def back(workspace: Any) -> str:
    """One window sends the last page while the other changes an earlier answer."""
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, TWO_PAGES, is_once_each=False)
    one = Person().open(f"/s/{survey.key}/").send(nps="9")
    other = Person().open(one.action).send(to="back")
    with listening() as stream:
        at_once(lambda: one.send(why="first"), lambda: other.send(nps="2"))
    return _agree(workspace, stream, "nps")


def settling(workspace: Any) -> str:
    """Somebody comes back and changes an answer in the moment in which what was left alone is told."""
    from regard.base.clock import frozen, now
    from regard.surveys.tasks import settle_abandoned
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, TWO_PAGES, is_once_each=True)
    person = Person().open(f"/s/{survey.key}/").send(nps="3").send(to="back")
    with listening() as stream, frozen(now() + timedelta(hours=2)):
        at_once(lambda: person.send(nps="9").send(), settle_abandoned)
    return _agree(workspace, stream, "nps")


def devices(workspace: Any) -> str:
    """Two brand-new answers of one device, which may answer once."""
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, ONE_PAGE, is_once_each=True)
    people = [Person().open(f"/s/{survey.key}/") for _ in range(2)]
    with listening() as stream:
        at_once(*(lambda person=person, n=n: person.send(nps=n) for n, person in enumerate(people, 1)))
    refused = sum("already" in person.text for person in people)
    return f"{_agree(workspace, stream, 'nps')}, {refused} refused"


def links(workspace: Any) -> str:
    """Two windows begin with the same personal link, which is for one answer, and end with the same page."""
    from tests.surveys.respond.conftest import Person, publish
    from tests.surveys.respond.test_links import invite, personal_address

    link = personal_address(invite(publish(workspace, ONE_PAGE)))
    people = [Person().open(link) for _ in range(2)]
    with listening() as stream:
        at_once(*(lambda person=person, n=n: person.send(nps=n) for n, person in enumerate(people, 1)))
    return _agree(workspace, stream, "nps")


def _agree(workspace: Any, stream: Stream, question: str) -> str:
    from regard.surveys.models import Response

    kept = [one.answers.get(question) for one in Response.objects.of(workspace).exclude(completed_at=None)]
    told = stream.answers(question)
    return f"{len(kept)} kept and told alike" if kept == told else f"kept {kept}, told {told}"


SCENES: dict[str, tuple[Callable[[Any], str], str]] = {
    "seats": (seats, f"{SEATS} {PEOPLE - SEATS}"),
    "windows": (windows, "1 kept and told alike"),
    "forms": (forms, "1 kept and told alike"),
    "back": (back, "1 kept and told alike"),
    "settling": (settling, "1 kept and told alike"),
    "devices": (devices, "1 kept and told alike, 1 refused"),
    "links": (links, "1 kept and told alike"),
}


def main() -> None:
    """A scene on a database in a file, as a small installation has it; prints how it ended."""
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    from regard.accounts.site import Workspace, prepare_site

    setup_test_environment()
    prepare_site()
    for name, (play, _) in SCENES.items():
        ended = play(Workspace.objects.create(slug=name, name=name))
        sys.stdout.write(f"{name}: {ended}\n")


if __name__ == "__main__":
    main()
