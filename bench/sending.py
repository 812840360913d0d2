"""A programme with a list of many people, sent over SMTP for real, while its worker is killed with SIGKILL on the way.

The site and its worker are processes of their own, the mail server a third (aiosmtpd, which writes down who got what).
Afterwards every invitation is held against what the server took: lost, doubled, or counted as uncertain. Figures are
CPU seconds and peak memory of the worker, and how long the progress page took meanwhile::

    python -m bench.sending 100000 3        # people, kills
    python -m bench.sending 2000 0 600      # … and messages a minute: the throttle
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from bench.measuring import cpu_of, environment

PROGRAMME = Path(__file__).parent.parent / "src" / "regard" / "surveys" / "data" / "relationship_nps.json"
MODULE = "bench.sending"
LOOKS_SECONDS = 2.0


def main(people: int = 100_000, kills: int = 2, per_minute: int = 0) -> dict[str, Any]:
    """Send, kill, go on, and count."""
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "taken.txt"
        mail, web = _free_port(), _free_port()
        given = environment(
            REGARD_HOME=folder,
            REGARD_PORT=str(web),
            REGARD_WORKERS="0",
            REGARD_EMAIL_URL=f"smtp://127.0.0.1:{mail}?from=surveys@cx.example.org",
            DJANGO_SETTINGS_MODULE="regard.settings",
        )
        sink = _began(given, "sink", str(mail), str(taken))
        page = json.loads(_output(given, "prepare", str(people), str(per_minute)))
        site = subprocess.Popen([sys.executable, "-m", "regard", "run"], env=given, stdout=subprocess.DEVNULL)
        try:
            figures = _sent(given, page, f"http://127.0.0.1:{web}", people, kills)
        finally:
            site.terminate()
            site.wait()
            sink.terminate()
            sink.wait()
        return figures | json.loads(_output(given, "count", str(taken)))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _began(given: dict[str, str], *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", MODULE, *arguments], env=given)


def _output(given: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", MODULE, *arguments]
    return subprocess.run(command, env=given, check=True, capture_output=True, text=True).stdout.splitlines()[-1]


# --- while it is sent ------------------------------------------------------------------------------------------------


def _sent(given: dict[str, str], page: dict[str, str], site: str, people: int, kills: int) -> dict[str, Any]:
    """Let workers send, one after the other; each but the last is killed somewhere on the way."""
    stops = sorted(random.sample(range(people // 10, people * 9 // 10), kills))
    began, used, peak, looks = time.monotonic(), 0.0, 0, []
    for stop in [*stops, people]:
        worker = subprocess.Popen([sys.executable, "-m", "regard", "worker", "--threads", "2"], env=given)
        gone = -1
        while gone < stop:
            time.sleep(LOOKS_SECONDS if stop - gone > 500 else 0.05)
            gone, seconds = _looked(given, page, site, people)
            looks.append(seconds)
            seen, peak = cpu_of(worker.pid), max(peak, _peak_of(worker.pid))
        used += seen
        print(f"{gone:,} gone after {time.monotonic() - began:.0f} s, {used:.0f} s CPU", file=sys.stderr)
        worker.send_signal(signal.SIGKILL if stop < people else signal.SIGTERM)
        worker.wait()
    return {
        "people": people,
        "kills": kills,
        "seconds": round(time.monotonic() - began),
        "worker CPU s": round(used, 1),
        "mails a minute of CPU": round(60 * people / used),
        "worker peak MB": peak // 1024,
        "progress page, median s": round(sorted(looks)[len(looks) // 2], 3),
        "progress page, longest s": round(max(looks), 3),
    }


def _peak_of(process: int) -> int:
    """Kilobytes of memory that a process has had at most."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def _looked(given: dict[str, str], page: dict[str, str], site: str, people: int) -> tuple[int, float]:
    """How many have gone, all of them once nothing waits any more; and how long the progress page takes meanwhile."""
    request = urllib.request.Request(site + page["path"], headers={"Cookie": page["cookie"]})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert b'id="progress"' in answer.read()
    except urllib.error.URLError:
        return -1, 0.0  # the site is starting
    seconds = time.monotonic() - began
    with sqlite3.connect(f"file:{given['REGARD_HOME']}/regard.sqlite3?mode=ro", uri=True) as database:
        counts = dict(database.execute("SELECT state, count(*) FROM surveys_invitation GROUP BY state"))
    gone = sum(counts.values()) - counts.get("waiting", 0)
    return people if counts and gone == people else min(gone, people - 1), seconds


# --- processes of their own ------------------------------------------------------------------------------------------


def sink(port: int, taken: Path) -> None:
    """A mail server that takes everything, and writes down each recipient before it says so."""
    from aiosmtpd.smtp import SMTP

    class Writes:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            lines.write("".join(f"{one}\n" for one in envelope.rcpt_tos))
            lines.flush()
            return "250 OK"

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Writes(), enable_SMTPUTF8=True), "127.0.0.1", port)
        await server.serve_forever()

    with taken.open("a") as lines:
        asyncio.run(serve())


def prepare(people: int, per_minute: int) -> dict[str, str]:
    """A home with a programme that has been started on its list; the path of its page and the cookie to see it."""
    import regard.asgi  # noqa: F401 - sets Django up
    from regard.accounts.site import Workspace, prepare_site, store_of
    from regard.surveys.distribution.running import keep_list_of
    from regard.surveys.distribution.site import start_programme
    from regard.surveys.models import Programme, Survey, SurveyVersion

    prepare_site()
    workspace = Workspace.objects.create(slug="bench", name="Bench")
    store_of(workspace)
    survey = Survey.objects.create(workspace=workspace, name="Relationship", state="open")
    SurveyVersion.objects.create(survey=survey, number=1, document=json.loads(PROGRAMME.read_text()))
    terms = {"opens": "00:00", "closes": "24:00", "per_minute": per_minute}
    programme = Programme.objects.create(
        workspace=workspace, survey=survey, name="All", trigger={"kind": "list"}, settings=terms
    )
    rows = (f"p{n}@example.org,First{n},{'pl' if n % 2 else 'en'}\n" for n in range(people))
    keep_list_of(programme, ("email,first_name,language\n" + "".join(rows)).encode())
    start_programme(programme)
    return {"path": f"/w/bench/surveys/{survey.key}/send/programmes/{programme.pk}/", "cookie": _cookie(workspace)}


def _cookie(workspace: Any) -> str:
    """That of a browser in which the owner has signed in."""
    from django.conf import settings
    from django.test import Client

    from regard.accounts.site import Member, add_user

    user = add_user("bench@example.org", "long enough to be safe")
    Member.objects.create(workspace=workspace, user=user, role="owner")
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def count(taken: Path) -> dict[str, Any]:
    """What the mail server took against what the database says, each row in one of these: sent and taken, lost (sent,
    and not taken, though nothing cut it off), doubled, and what was under way when a worker was killed."""
    import regard.asgi  # noqa: F401 - sets Django up
    from regard.surveys.models import Invitation

    mails = Counter(taken.read_text().split())
    rows = list(Invitation.objects.public().values_list("address", "state", "reason"))
    cut_off = [row for row in rows if row[1] == "sending" or row[2] == "uncertain"]
    sure = [address for address, state, reason in rows if state == "sent" and reason != "uncertain"]
    return {
        "taken by the server": sum(mails.values()),
        "doubled": sum(times > 1 for times in mails.values()),
        "lost": sum(address not in mails for address in sure),
        "still waiting": sum(state == "waiting" for _, state, _ in rows),
        "under way at a kill": len(cut_off),
        "of these taken": sum(address in mails for address, *_ in cut_off),
    }


INSIDE = {
    "sink": lambda port, taken: sink(int(port), Path(taken)),
    "prepare": lambda people, rate: print(json.dumps(prepare(int(people), int(rate)))),
    "count": lambda taken: print(json.dumps(count(Path(taken)))),
}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in INSIDE:
        INSIDE[sys.argv[1]](*sys.argv[2:])
    else:
        for what, figure in main(*map(int, sys.argv[1:])).items():
            print(f"{what}: {figure}")
