"""How right suggestions are, on labelled people: ``python -m bench.linkage``. The model never sees a label.

Febrl 1 (500 people, each once more with errors) and Splink's fake_1000 (251 people in up to seven versions each).
"""

from __future__ import annotations

import csv
import gzip
import os
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from regard.profiles import measure_linkage

FOLDER = Path(os.environ.get("REGARD_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data")) / "identity"
Rows = list[dict[str, str]]


def read(name: str) -> Rows:
    with gzip.open(FOLDER / name, "rt") as file:
        return [{column.strip(): value.strip() for column, value in row.items()} for row in csv.DictReader(file)]


def labelled() -> dict[str, tuple[Rows, str, list[tuple[str, str]]]]:
    """Each file's records, the column that names them, and the pairs that are one person's."""
    fake, febrl = read("fake_1000.csv.gz"), read("febrl1.csv.gz")
    right = pairs((row["unique_id"], row.pop("cluster")) for row in fake)
    same = pairs((row["rec_id"], row["rec_id"].split("-")[1]) for row in febrl)
    return {"fake_1000": (fake, "unique_id", right), "febrl1": (febrl, "rec_id", same)}


def pairs(groups) -> list[tuple[str, str]]:
    members = defaultdict(list)
    for key, group in groups:
        members[group].append(key)
    return [pair for keys in members.values() for pair in combinations(keys, 2)]


if __name__ == "__main__":
    print("| Records | Threshold | Precision | Recall | Suggested |", "|---|---|---|---|---|", sep="\n")
    for name, (records, key, right) in labelled().items():
        began = time.process_time()
        for found in measure_linkage(records, right, key=key):
            precision = "–" if found.precision is None else f"{found.precision:.3f}"
            print(
                f"| {name} | {found.probability} | {precision} | {found.recall:.3f} | {found.suggested} |", flush=True
            )
        print(f"\n{name}: {time.process_time() - began:.0f} s CPU\n", flush=True)
