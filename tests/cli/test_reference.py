"""The reference of commands is the commands' own word."""

from __future__ import annotations

from tools.cli_reference import TARGET, reference


def test_the_reference_says_what_the_commands_say() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run python tools/cli_reference.py"
