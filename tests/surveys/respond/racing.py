"""Many respondents at the last seat of a quota, each in a thread with a connection of its own."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Any

SEATS = 3
PEOPLE = 8
DOCUMENT = {
    "pages": [{"name": "p", "elements": [{"type": "rating", "name": "nps", "rateMin": 0, "rateMax": 10}]}],
    "quotas": [{"name": "few", "expression": "{nps} >= 9", "limit": SEATS}],
}


def race(workspace: Any) -> Counter[str]:
    """How their responses ended when all send their answers at once."""
    from django.db import connection

    from regard.surveys.models import Response
    from tests.surveys.respond.conftest import Person, publish

    survey = publish(workspace, DOCUMENT, is_once_each=False)
    people = [Person().open(f"/s/{survey.key}/") for _ in range(PEOPLE)]
    start = threading.Barrier(PEOPLE)

    def send(person: Person) -> None:
        start.wait(20)
        person.send(nps="9")
        connection.close()

    sending = [threading.Thread(target=send, args=[person]) for person in people]
    for thread in sending:
        thread.start()
    for thread in sending:
        thread.join()
    return Counter(Response.objects.of(workspace).values_list("ended_by", flat=True))


def main() -> None:
    """The race on a database in a file, as a small installation has it; prints how it ended."""
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    from regard.accounts.site import Workspace, prepare_site

    setup_test_environment()
    prepare_site()
    ended = race(Workspace.objects.create(slug="harbour", name="Harbour"))
    sys.stdout.write(f"{ended['complete']} {ended['quota']}\n")


if __name__ == "__main__":
    main()
