"""survey import, survey export, survey responses: surveys in and out of other tools."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regard.base import Invalid, NotFound
from regard.cli.arguments import Commands, command
from regard.cli.choosing import served
from regard.cli.words import counted

if TYPE_CHECKING:
    from regard.surveys.moving import Equivalence, Loss, Moved
    from regard.surveys.moving.responses import ImportedResponses

IMPORT = """
regard survey import satisfaction.qsf
regard survey import survey.lss --json survey.json
"""
EXPORT = "regard survey export survey.json > surveyjs.json"
RESPONSES = """
regard survey responses satisfaction.qsf answers.csv --zone Europe/Warsaw > answers.json
regard survey responses satisfaction.qsf answers.csv --into shop/x3TqPb0sQm8a
"""
FILE = "Qualtrics .qsf, LimeSurvey .lss or .lsa, SurveyJS or Formbricks JSON"


def declare(commands: Commands) -> None:
    survey = command(commands, "survey", _help, "bring surveys and answers from other tools, and take surveys out")
    survey.set_defaults(help_of=survey)
    verbs = survey.add_subparsers(title="commands", metavar="VERB", dest="verb")
    moving = command(
        verbs, "import", _import, "read a survey of another tool; say what is lost and whether it asks the same", IMPORT
    )
    moving.add_argument("file", metavar="FILE", type=Path, help=FILE)
    moving.add_argument("--json", metavar="OUT", type=Path, help="write the questionnaire to this file")
    moving.add_argument(
        "--seed", metavar="N", type=int, default=1, help="seed of the walks, where not all are walked (default: 1)"
    )
    moving.add_argument(
        "--walks", metavar="N", type=int, default=1000, help="walks, where not all are walked (default: 1000)"
    )
    export = command(verbs, "export", _export, "print a survey as JSON that SurveyJS reads", EXPORT)
    export.add_argument("file", metavar="FILE", type=Path, help=f"a questionnaire of Regard, or {FILE}")
    answers = command(
        verbs,
        "responses",
        _responses,
        "print the answers of an export of Qualtrics or LimeSurvey, or keep them",
        RESPONSES,
    )
    answers.add_argument("survey", metavar="SURVEY", type=Path, help="the survey's file: .qsf, .lss or .lsa")
    answers.add_argument("file", metavar="FILE", type=Path, help="the export of responses: CSV, or .lsa")
    answers.add_argument("--zone", metavar="Z", default="UTC", help="time zone of its times (default: UTC)")
    into = "keep them as responses to this published survey; doing it twice changes nothing (default: print JSON)"
    answers.add_argument("--into", metavar="WORKSPACE/KEY", help=into)
    answers.add_argument("--tests", action="store_true", help="with --into: keep previews and tests, too")


def _help(given: argparse.Namespace) -> None:
    given.help_of.print_help()


def _import(given: argparse.Namespace) -> None:
    from regard.surveys import as_json
    from regard.surveys.moving import check_equivalence, read_survey

    moved = read_survey(_file(given.file), given.file.name)
    _say_survey(moved)
    _say_losses(moved.losses)
    for note in moved.notes:
        print(f"note: {note}")
    _say_equivalence(check_equivalence(moved, seed=given.seed, sample=max(given.walks, 1)))
    if given.json:
        text = json.dumps(as_json(moved.questionnaire), ensure_ascii=False, indent=1)
        given.json.write_text(text + "\n", encoding="utf-8")
        print(f"written to {given.json}")


def _say_survey(moved: Moved) -> None:
    from regard.surveys import in_language, languages_of, questions_of

    survey = moved.questionnaire
    title = in_language(survey.title, survey.locale, survey.locale) or "(no title)"
    questions = counted(len(list(questions_of(survey))), "question")
    languages = ", ".join(languages_of(survey))
    print(f"{title} ({moved.format}): {questions} on {counted(len(survey.pages), 'page')}, in {languages}")
    parts = {
        "trigger": len(survey.triggers), "calculated value": len(survey.calculated_values),
        "quota": len(survey.quotas), "random group": len(survey.random_groups),
    }  # fmt: skip
    if any(parts.values()):
        print("with " + ", ".join(counted(number, name) for name, number in parts.items() if number))


def _say_losses(losses: list[Loss]) -> None:
    from itertools import groupby

    if not losses:
        print("nothing is lost")
    for severity, found in groupby(losses, key=lambda loss: loss.severity):
        listed = list(found)
        print(f"{severity} ({len(listed)}):")
        for loss in listed:
            print(f"  {loss.place}: {loss.what} - {loss.why}")


def _say_equivalence(found: Equivalence) -> None:
    how = "all ways through" if found.is_exhaustive else f"a random sample of ways, seed {found.seed}"
    walked = f"walked {found.walks:,} ways ({how}; {found.ways:,} different sequences of questions)"
    print(f"{walked}: {found.agreed:,} ask the same here as there")
    for difference in found.differences:
        print(
            f"  {difference}; with the answers {json.dumps(difference.answers, ensure_ascii=False, default=str)[:300]}"
        )


def _export(given: argparse.Namespace) -> None:
    from regard.surveys.moving import export_losses, surveyjs_json

    survey = _questionnaire(given.file)
    print(json.dumps(surveyjs_json(survey), ensure_ascii=False, indent=1))
    for loss in export_losses(survey):
        print(f"{loss.severity}: {loss.place}: {loss.what} - {loss.why}", file=sys.stderr)


def _questionnaire(path: Path) -> Any:
    """A questionnaire of ours, or another tool's survey moved first."""
    from regard.surveys import read_questionnaire
    from regard.surveys.moving import read_survey

    data = _file(path).read_bytes()
    try:
        return read_questionnaire(data)
    except Invalid:
        return read_survey(data, path.name).questionnaire


def _responses(given: argparse.Namespace) -> None:
    from regard.surveys.moving import read_survey
    from regard.surveys.moving.responses import read_responses
    from regard.surveys.moving.responses.model import zone_of

    moved = read_survey(_file(given.survey), given.survey.name)
    found = read_responses(_file(given.file), moved, zone_of(given.zone))
    if given.into:
        _keep(found, given.into, with_tests=given.tests)
    else:
        print(json.dumps([asdict(each) for each in found.responses], ensure_ascii=False, indent=1, default=_said))
        _say_problems((each.source_key, problem) for each in found.responses for problem in each.problems)
    for name in found.unmatched:
        print(f"column {name} belongs to no question", file=sys.stderr)


def _keep(found: ImportedResponses, into: str, *, with_tests: bool) -> None:
    """Keep responses in a survey of a served workspace."""
    workspace, slash, key = into.partition("/")
    if not slash:
        raise Invalid(f"{into!r} names no survey", field="into", remedy="give WORKSPACE/KEY; the key is in its address")
    of = served(workspace)
    from regard.surveys.moving.site import keep_responses
    from regard.surveys.site import Survey

    arrived = keep_responses(Survey.objects.get_of(of, key), found, with_tests=with_tests)
    left = len(arrived.left_out)
    print(f"{counted(arrived.kept, 'response')} kept, {arrived.known:,} known already, {left:,} left out")
    _say_problems((name, f"left out: {reason}") for name, reason in arrived.left_out)
    _say_problems(arrived.problems)


def _say_problems(problems: Iterable[tuple[str, object]]) -> None:
    for name, problem in problems:
        print(f"{name}: {problem}", file=sys.stderr)


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _file(path: Path) -> Path:
    """A file that can be read; what is wrong with it otherwise."""
    if path.is_dir():
        raise Invalid(f"{path} is a folder, not a file", field="file", remedy="name the file in it")
    if not path.exists():
        raise NotFound(f"there is no file {path}", field="file")
    return path
