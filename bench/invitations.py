"""Invitations: how many are decided, written down and queued, and rendered as mails ready for the wire, in a minute of CPU.

A hundred thousand people out of a list that nobody knew before, through the whole of it: identifiers, preferences, the
attention budget, the draw, the rows; then, claimed one by one, their mails with the first question inside.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measuring import environment

PROGRAMME = Path(__file__).parent.parent / "src" / "regard" / "surveys" / "data" / "relationship_nps.json"
PEOPLE = 100_000
RENDERED = 5_000


def main(people: int = PEOPLE) -> dict[str, float]:
    """CPU seconds by step, and invitations a minute of CPU; in a process and a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "bench.invitations", "inside", str(people)]
        given = environment(REGARD_HOME=home, DJANGO_SETTINGS_MODULE="regard.settings")
        done = subprocess.run(command, env=given, check=True, capture_output=True, text=True)
    told = (line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    return {what: float(figure) for what, figure in told}


def inside(people: int) -> None:
    """What is measured, in a fresh home."""
    import json

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from regard.accounts.site import Workspace, store_of
    from regard.base.clock import now
    from regard.channels import mime
    from regard.surveys.distribution import sending
    from regard.surveys.distribution.choosing import Asker
    from regard.surveys.distribution.running import invite_all, keep_list_of
    from regard.surveys.distribution.site import start_programme
    from regard.surveys.distribution.writing import Writer
    from regard.surveys.models import Invitation, Programme, Survey, SurveyVersion

    workspace = Workspace.objects.create(slug="bench", name="Bench")
    store_of(workspace)
    survey = Survey.objects.create(workspace=workspace, name="Relationship", state="open")
    SurveyVersion.objects.create(survey=survey, number=1, document=json.loads(PROGRAMME.read_text()))
    wide = {"opens": "00:00", "closes": "24:00"}
    programme = Programme.objects.create(
        workspace=workspace, survey=survey, name="All", trigger={"kind": "list"}, settings=wide
    )
    rows = (f"p{n}@example.org,First{n},{'pl' if n % 2 else 'en'}\n" for n in range(people))
    keep_list_of(programme, ("email,first_name,language\n" + "".join(rows)).encode())
    start_programme(programme)

    before = time.process_time()
    invite_all(programme.pk, now().isoformat())
    queued = time.process_time() - before
    waiting = Invitation.objects.of(workspace).filter(state="waiting").count()
    assert waiting == people, waiting

    writer = Writer(Asker.of(programme))
    some = list(Invitation.objects.of(workspace).select_related("workspace")[:RENDERED])
    before = time.process_time()
    for one in some:
        mime(writer.mail(one))
    rendered = (time.process_time() - before) / len(some)
    before = time.process_time()
    for one in some:
        sending.claim(one)
    claimed = (time.process_time() - before) / len(some)
    size = sum(len(mime(writer.mail(one))) for one in some[:100]) / 100
    each = queued / people + rendered
    print(f"queued, CPU s for {people}\t{queued:.2f}")
    print(f"rendered, CPU ms each\t{rendered * 1000:.3f}")
    print(f"claimed, CPU ms each\t{claimed * 1000:.3f}")
    print(f"bytes of a mail\t{size:.0f}")
    print(f"rendered and queued a minute of CPU\t{60 / each:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(int(sys.argv[2]))
    else:
        for what, figure in main(int(sys.argv[1]) if sys.argv[1:] else PEOPLE).items():
            print(f"{what}: {figure:,.3f}")
