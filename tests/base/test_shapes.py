"""Documents are read by many threads at once from a server's first moment."""

from __future__ import annotations

import subprocess
import sys

READ_AT_ONCE = """
import sys, threading
import msgspec
from regard.profiles.conditions import Condition
from regard.surveys.arranging import Arrangement
from regard.surveys.inviting import Rules
from regard.surveys.model import Question, Questionnaire
from regard.surveys.terms import Terms
from regard.surveys.triggering import Trigger

sys.setswitchinterval(1e-6)
many = threading.Barrier(8)
asked = {"type": "rating", "name": "nps"}
shapes = [
    (Questionnaire, {"pages": [{"name": "p", "elements": [asked]}]}), (Question, asked), (Arrangement, {"pages": []}),
    (Rules, {}), (Terms, {}), (Trigger, {"kind": "call"}), (Condition, {"kind": "all", "of": []}),
]

def read():
    for shape, document in shapes:
        many.wait()
        try:
            msgspec.convert(document, shape)
        except msgspec.ValidationError:
            pass

readers = [threading.Thread(target=read) for _ in range(8)]
for reader in readers:
    reader.start()
for reader in readers:
    reader.join()
"""


def test_first_readers_that_come_at_once_do_not_end_the_server() -> None:
    done = subprocess.run([sys.executable, "-c", READ_AT_ONCE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
