"""Several commands at once fail when one of them does, and say whose words are whose."""

import sys

from tools import together


def python(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


def test_all_are_run_to_their_ends_and_one_failure_is_the_failure_of_all(capfd) -> None:
    assert (
        together.main([f"a={python('print(1)')}", f"b={python('raise SystemExit(3)')}", f"c={python('print(2)')}"]) == 3
    )
    said = capfd.readouterr().out.splitlines()
    assert sorted(said[:2]) == ["a | 1", "c | 2"]
    assert said[2:] == ["a: passed", "b: FAILED (3)", "c: passed"]


def test_they_are_at_work_at_the_same_time(tmp_path, capfd) -> None:
    wait = "import pathlib, time; pathlib.Path('{0}').touch()\nwhile not pathlib.Path('{1}').exists(): time.sleep(0.01)"
    there, here = tmp_path / "there", tmp_path / "here"
    assert together.main([f"a={python(wait.format(there, here))}", f"b={python(wait.format(here, there))}"]) == 0


def test_without_commands_it_explains_itself(capsys) -> None:
    assert together.main([]) == together.main(["alone"]) == 2
    assert "Run several commands at once" in capsys.readouterr().out
