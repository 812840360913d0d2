"""The fenced blocks of a Markdown page, and running them as a reader would."""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.commands import PLAIN, run_here
from tests.serving import PATIENCE_SECONDS

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("python", "sh", "console")
ADDRESS = "127.0.0.1:8000"
ALONE = re.compile(rf"regard ({'|'.join(PLAIN)})\b[^|>&;$\n]*")
EASY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page it starts at."""

    language: str
    body: str
    line: int


def blocks_of(text: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    return [
        Block(match["info"].strip(), match["body"], text.count("\n", 0, match.start()) + 2)
        for match in FENCE.finditer(text)
    ]


def commands_of(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a console block (after ``$``, continued by ``>``), each with the output shown below it."""
    for part in re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        more = next((i for i, line in enumerate(lines) if i and not line.startswith("> ")), len(lines))
        yield "\n".join([lines[0], *(line[2:] for line in lines[1:more])]), "\n".join(lines[more:])


def agrees(shown: str, said: str) -> bool:
    """True when the output says what the page shows; ``...`` stands for anything, white space for white space.

    >>> agrees("load ...\\n2 new", "load 0192-af\\n2   new\\n"), agrees("", "anything"), agrees("1 new", "2 new")
    (True, True, False)
    """
    return not shown.strip() or doctest.OutputChecker().check_output(shown.strip() + "\n", said.strip() + "\n", EASY)


@dataclass
class Reader:
    """Somebody who types a page into a fresh folder: one shell environment, one notebook."""

    folder: Path
    environment: dict[str, str]
    notebook: dict[str, object]
    address: str = ADDRESS

    def type(self, command: str) -> str:
        """What a command says, errors and output in the order they came."""
        if not ALONE.fullmatch(command):
            return self.shell(command).stdout
        said = io.StringIO()
        run_here(shlex.split(command)[1:], said, said)
        return said.getvalue()

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run what was typed in a shell."""
        return subprocess.run(
            ["bash", "-e", "-c", command.replace(ADDRESS, self.address)],
            cwd=self.folder,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def run(self, block: Block, page: str) -> None:
        """Run one block; an AssertionError names the page and the line."""
        where = f"{page}:{block.line}"
        if block.language == "python":
            self._notebook(block, where)
        elif block.language == "sh":
            done = self.shell(block.body)
            assert done.returncode == 0, f"{where}\n{done.stdout}"
        else:
            for command, shown in commands_of(block):
                said = self.type(command)
                assert agrees(shown, said), f"{where}: $ {command}\nthe page shows\n{shown}\nbut it says\n{said}"

    def _notebook(self, block: Block, where: str) -> None:
        if not block.body.lstrip().startswith(">>>"):
            exec(compile(block.body, where, "exec"), self.notebook)
            return
        test = doctest.DocTestParser().get_doctest(block.body, self.notebook, where, where, block.line)
        said: list[str] = []
        done = doctest.DocTestRunner(optionflags=EASY).run(test, out=said.append, clear_globs=False)
        self.notebook.update(test.globs)
        assert not done.failed, "".join(said)
