"""How right suggestions are, on labelled people: ``python -m bench.linkage [FILE ...]``. The model never sees a label.

Without files: Febrl 1 (500 people, each once more with errors), Splink's fake_1000 (251 people in up to seven versions
each), and invented customers in five languages (``bench.duplicates``). A file is CSV, also gzipped, with a column that
says who it is: ``cluster``, ``label_true`` as the RLdata files have it, or ``rec_id`` as Febrl writes it (``rec-12-org``
and ``rec-12-dup-0`` are one person); several files joined by a comma are one set, as Febrl 4 is. Every other column is
compared but the record's own number.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from bench.duplicates import VIEWS, customer_file
from regard.profiles import measure_linkage

FOLDER = Path(os.environ.get("REGARD_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data")) / "identity"
KNOWN = [FOLDER / "fake_1000.csv.gz", FOLDER / "febrl1.csv.gz"]
INVENTED = 10_000
Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [{column.strip(): value.strip() for column, value in row.items()} for row in csv.DictReader(file)]


def labelled(rows: Rows) -> tuple[Rows, list[tuple[str, str]]]:
    """The records keyed by their place, without what says who they are; and the pairs that are one person's."""
    groups = [row.get("cluster") or row.get("label_true") or row["rec_id"].split("-")[1] for row in rows]
    return [{"key": f"{place}", **_told(row)} for place, row in enumerate(rows)], pairs(groups)


def _told(row: dict[str, str]) -> dict[str, str]:
    if "label_true" in row:  # RLdata: names in two columns each, the birthday in three
        first, last = (f"{row[f'{kind}name_c1']} {row[f'{kind}name_c2']}".strip() for kind in "fl")
        return {"first_name": first, "last_name": last, "dob": f"{row['by']}-{row['bm']:0>2}-{row['bd']:0>2}"}
    return {name: text for name, text in row.items() if name not in ("unique_id", "rec_id", "cluster")}


def pairs(groups: list[str]) -> list[tuple[str, str]]:
    members = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(f"{place}")
    return [pair for keys in members.values() for pair in combinations(keys, 2)]


def sets(given: list[str]):
    """Each set's name, its records and its pairs."""
    for paths in [one.split(",") for one in given] or [[str(path)] for path in KNOWN]:
        yield Path(paths[0]).name.partition(".")[0], *labelled([row for path in paths for row in read(Path(path))])
    if not given:
        for view in VIEWS:
            yield f"invented, {view}", *customer_file(INVENTED, view=view)


if __name__ == "__main__":
    print("| Records | Threshold | Precision | Recall | Suggested |", "|---|---|---|---|---|", sep="\n")
    for name, records, right in sets(sys.argv[1:]):
        began = time.process_time()
        for found in measure_linkage(records, right):
            precision = "–" if found.precision is None else f"{found.precision:.3f}"
            print(
                f"| {name} | {found.probability} | {precision} | {found.recall:.3f} | {found.suggested} |", flush=True
            )
        print(f"\n{name}: {len(records)} records, {time.process_time() - began:.0f} s CPU\n", flush=True)
