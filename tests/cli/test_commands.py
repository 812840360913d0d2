"""What the command line says and with which code it ends, also when it is given nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from regard.cli import parser
from tests.cli.conftest import Run


def sentence(text: str) -> str:
    """The one line that a person is told; anything else on stderr is too much."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0].removeprefix("regard: ")


def test_every_command_explains_itself_with_examples_that_exist() -> None:
    commands = parser()._subparsers._group_actions[0].choices
    for name, declared in commands.items():
        assert declared.description.endswith(".")
        for line in (declared.epilog or "").splitlines()[1:]:
            words = line.split()
            assert words[words.index("regard") + 1] in commands, f"{name} gives an example of no command: {line}"


def test_the_version_and_the_help_need_no_workspace(regard: Run) -> None:
    assert regard("--version").stdout.startswith("regard ")
    nothing = regard()
    assert (nothing.returncode, "start here" in nothing.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mesure", "nps"], "invalid choice"),
        (["measure"], "METRIC"),
        (["measure", "nps", "--from", "31.12.2016"], "not a date such as 2016-12-31"),
        (["measure", "nps", "--as-of", "yesterday"], "not a date or time"),
        (["measure", "nps", "--where", "language"], "is not COLUMN=VALUE"),
        (["measure", "nps", "--every", "fortnight"], "invalid choice"),
        (["measure", "nps", "--json", "--csv"], "not allowed with"),
        (["explain", "nps", "2016", "2017"], "--by"),
        (["load", "a.csv"], "--mapping"),
        (["define", "nps", "fourteen"], "is not RULE=VALUE"),
    ],
)
def test_a_command_that_is_not_understood_ends_with_2_and_says_why(
    regard: Run, arguments: list[str], said: str
) -> None:
    done = regard(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "nps"], "there is no workspace yet"),
        (["measure", "nps", "--workspace", "shop"], "there is no workspace 'shop'"),
        (["measure", "nps", "--workspace", "../shop"], "there is no workspace"),
        (["measure", "nps", "--workspace", "My Shop"], "not the short name"),
        (["measure", "nps", "--workspace", "."], "is not the short name"),
        (["measure", "nps", "--workspace", "./"], "is a folder"),
        (["load", "none.csv", "--mapping", "m.toml", "--workspace", "shop"], "there is no file none.csv"),
        (["load", ".", "--mapping", "m.toml", "--workspace", "shop"], "is a folder, not a file"),
        (["propose", "none.csv"], "there is no file none.csv"),
        (["restore", "none.tar"], "there is no archive"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_one_sentence(
    regard: Run, home: Path, arguments: list[str], said: str
) -> None:
    done = regard(*arguments)
    assert done.returncode == 1
    assert said in sentence(done.stderr)
    assert not list(home.glob("workspaces/*")), "a failed command must not leave a workspace behind"


def test_a_database_that_cannot_be_used_is_no_fault_of_regards(regard: Run, home: Path) -> None:
    (home / "regard.sqlite3").mkdir(parents=True)
    done = regard("run")
    assert done.returncode == 1
    assert sentence(done.stderr).startswith("the database cannot be used: unable to open database file")
    assert not (home / "errors.log").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "nsp"], "use nps"),
        (["measure", "csat", "--by", "terminl"], "use terminal"),
        (["measure", "csat", "--where", "langage=en"], "use language"),
        (["measure", "csat", "--period", "2016-13"], "there is no such month"),
        (["measure", "csat", "--period", "spring"], "is not a period"),
        (["measure", "csat", "--period", "2016", "--from", "2016-01-01"], "not both"),
        (["measure", "csat", "--from", "2017-01-01", "--to", "2016-01-01"], "ends before it begins"),
        (["define", "csat", "cutt=4"], "no rule called 'cutt'"),
        (["measure", "csat", "--workspace", "shpo"], "did you mean shop?"),
    ],
)
def test_a_wrong_name_or_date_is_answered_with_the_nearest_right_one(
    loaded: Run, arguments: list[str], said: str
) -> None:
    done = loaded(*arguments)
    assert done.returncode == 1
    assert said in sentence(done.stderr)
