"""docs/reference/cli.md, from the command line's own declarations: tools/reference.py writes it."""

from __future__ import annotations

import argparse

from regard.cli import parser

HEAD = """# Commands

<!-- Written by tools/reference.py from the code; change that, then run `make docs`. -->

`regard COMMAND --help` says the same in a terminal. Every command exits with 0 when it has done what was asked, 1 when
that cannot be done (one sentence on stderr says why and what to do), 2 when the command was not understood, and 130
when it was interrupted. Settings are environment variables: see [settings](settings.md).

A workspace is named by its short name (the file `workspaces/NAME.duckdb` in the home folder) or by the path of a
`.duckdb` file. While the server has a workspace open, commands ask the server, so that what they load shows on its
pages at once.
"""


def reference() -> str:
    """The whole page, as Markdown."""
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return HEAD + "".join(_sections(name, declared) for name, declared in commands.choices.items())


def _sections(name: str, declared: argparse.ArgumentParser) -> str:
    """A command; one that only has commands of its own gives way to those."""
    inner = [action for action in declared._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        return _section(name, declared)
    return "".join(_sections(f"{name} {verb}", each) for action in inner for verb, each in action.choices.items())


def _section(name: str, declared: argparse.ArgumentParser) -> str:
    actions = [action for action in declared._actions if not isinstance(action, argparse._HelpAction)]
    usage = " ".join(["regard", name, *(_in_usage(action) for action in actions)])
    lines = [f"\n## regard {name}\n", declared.description or "", f"\n```\n{usage}\n```\n"]
    lines += [f"- `{_shown(action)}`{': ' + action.help if action.help else ''}" for action in actions]
    if declared.epilog:
        lines += ["", "```", *(line.strip() for line in declared.epilog.splitlines()[1:]), "```"]
    return "\n".join(lines).rstrip() + "\n"


def _shown(action: argparse.Action) -> str:
    return (
        ", ".join(action.option_strings) + f" {_value(action)}" * bool(_value(action))
        if action.option_strings
        else _value(action)
    )


def _in_usage(action: argparse.Action) -> str:
    if not action.option_strings:
        name = _value(action) + ("…" if action.nargs in {"+", "*"} else "")
        return f"[{name}]" if action.nargs in {"?", "*"} else name
    said = f"{action.option_strings[-1]} {_value(action)}".rstrip()
    return said if action.required else f"[{said}]"


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar:
        return str(action.metavar)
    return "|".join(action.choices) if action.choices else action.dest.upper()
