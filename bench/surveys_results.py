"""Results: how long the page of a survey's results takes, with 10,000 responses to 50 questions.

``python -m bench.surveys_results``: in a process of its own with a fresh home; CPU seconds of one request, first when
nothing of the survey is known, then again, with a filter, with weights, and the files.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.measuring import environment

PEOPLE = 10_000
QUESTIONS = 50
PAGES = {
    "the page, first": "",
    "the page again": "",
    "one language": "?language=pl",
    "weighted": "?weights=sampling",
    "cross-tab": "crosstab/",
    "words, searched in vain": "words/?q=zzz",
    "CSV": "files/responses.csv",
    "SPSS": "files/responses.sav",
}


def main(people: int = PEOPLE) -> dict[str, tuple[float, float]]:
    """CPU and wall seconds of each page."""
    with tempfile.TemporaryDirectory() as home:
        given = environment(REGARD_HOME=home, DJANGO_SETTINGS_MODULE="regard.settings")
        key = _run(given, "fill", str(people)).strip()
        told = (line.split("\t") for line in _run(given, "measure", key).splitlines())
        return {what: (float(cpu), float(wall)) for what, cpu, wall in told}


def _run(given: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "bench.surveys_results", *arguments]
    return subprocess.run(command, env=given, check=True, stdout=subprocess.PIPE, text=True).stdout


def fill(people: int) -> None:
    """A workspace with an answered survey; its key is printed."""
    import django

    django.setup()
    from regard.accounts.site import Workspace, local_owner, prepare_site

    prepare_site()
    from regard.surveys.models import Response, Survey, SurveyVersion

    workspace = Workspace.make("Bench", local_owner())
    survey = Survey.objects.create(workspace=workspace, name="Large", state="open")
    version = SurveyVersion.objects.create(survey=survey, number=1, document=document())
    chance = random.Random(1)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for start in range(0, people, 500):
        rows = [
            Response(
                workspace=workspace, survey=survey, version=version, language=chance.choice(["en", "pl"]),
                answers=answers(chance), seen=[f"p{page}" for page in range(10)], started_at=at, changed_at=at,
                weight=chance.choice([1.0, 2.0]), ended_by="complete",
                completed_at=at + timedelta(seconds=chance.randint(60, 600)),
            )
            for _ in range(start, min(start + 500, people))
        ]  # fmt: skip
        Response.objects.public().bulk_create(rows)
    print(survey.key)


def document() -> dict[str, Any]:
    """Ten each of an NPS, a single and a multiple choice, a text that few are asked for, and a CSAT."""
    asked = [{"name": f"q{place}", "title": f"Question {place}?", **_question(place)} for place in range(QUESTIONS)]
    pages = [{"name": f"p{page}", "elements": asked[page * 5 : page * 5 + 5]} for page in range(10)]
    return {"title": "Large", "pages": pages}


def _question(place: int) -> dict[str, Any]:
    return [
        {"type": "rating", "rateMin": 0, "rateMax": 10, "metric": "nps"},
        {"type": "radiogroup", "choices": list("abcdef")},
        {"type": "checkbox", "choices": list("abcdef")},
        {"type": "comment", "visibleIf": f"{{q{place - 3}}} <= 6"},
        {"type": "rating", "rateMin": 1, "rateMax": 5, "metric": "csat"},
    ][place % 5]


def answers(chance: random.Random) -> dict[str, Any]:
    """One person's."""
    found: dict[str, Any] = {}
    for place in range(0, QUESTIONS, 5):
        found[f"q{place}"] = chance.randint(0, 10)
        found[f"q{place + 1}"] = chance.choice("abcdef")
        found[f"q{place + 2}"] = chance.sample("abcdef", 2)
        if found[f"q{place}"] <= 6:
            found[f"q{place + 3}"] = f"What somebody wrote about it, {chance.random()}"
        found[f"q{place + 4}"] = chance.randint(1, 5)
    return found


def measure(key: str) -> None:
    """Each page once, by a client in this process."""
    import django

    django.setup()
    from django.test import Client

    from regard.accounts.site import local_owner

    client = Client(headers={"host": "localhost"})
    client.force_login(local_owner())
    client.get("/w/bench/surveys/")
    client.get(f"/w/bench/surveys/{key}/results/files/none.csv")
    for what, page in PAGES.items():
        cpu, wall = time.process_time(), time.perf_counter()
        answer = client.get(f"/w/bench/surveys/{key}/results/{page}")
        assert answer.status_code == 200, (what, answer.status_code)
        print(what, f"{time.process_time() - cpu:.2f}", f"{time.perf_counter() - wall:.2f}", sep="\t")


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        fill(int(sys.argv[2]))
    elif sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2])
    else:
        for what, (cpu, wall) in main(int(sys.argv[1]) if sys.argv[1:] else PEOPLE).items():
            print(f"{what:26} {cpu:.2f} s CPU, {wall:.2f} s")
