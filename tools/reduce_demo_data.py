"""Make the reduced data sets in ``src/regard/demo/data`` from the full ones.

    REGARD_TEST_DATA=… python tools/reduce_demo_data.py

Column names, codes and cell values stay as published, so that one mapping reads the full file and the reduced
one. What is left out is said in the ``SOURCES.md`` beside each file. Running it again writes the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).parent.parent
FULL = Path(os.environ.get("REGARD_TEST_DATA", ROOT.parent / "shared" / "data"))
REDUCED = ROOT / "src" / "regard" / "demo" / "data"

AIRPORT_COLUMNS = frozenset(
    """RESPNUM INTDATE DAY RUNID RUN GATE AREA BAREA STRATA PEAK METHOD AIRLINE AIRLINE_CODE DEST DESTINATION
    DEST_CODE DESTGEO DESTMARK Q2PURP1 Q3GETTO1 Q4BAGS Q4STORE Q4FOOD Q4WIFI Q5TIMESFLOWN Q5FIRSTTIME Q6LONGUSE
    Q7ART Q7FOOD Q7STORE Q7SIGN Q7WALKWAYS Q7SCREENS Q7INFODOWN Q7INFOUP Q7WIFI Q7ROADS Q7PARK Q7AIRTRAIN
    Q7LTPARKING Q7RENTAL Q7ALL Q9BOARDING Q9AIRTRAIN Q9RENTAL Q9FOOD Q9RESTROOM Q9ALL Q10SAFE
    Q12PRECHEKCRATE Q12PRECHECKRATE Q13GETRATE Q14FIND Q14PASSTHRU Q15PROBLEM NETPRO Q17COUNTRY HOME Q18AGE Q19AGE
    Q19GENDER Q20GENDER LANG WEIGHT""".split()  # noqa: SIM905 - sixty quoted names read worse
)
RETAIL_COLUMNS = ["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
INCIDENT_COLUMNS = """
    number incident_state active reassignment_count reopen_count sys_mod_count made_sla caller_id opened_by opened_at
    sys_created_at sys_updated_by sys_updated_at contact_type location category subcategory impact urgency priority
    assignment_group assigned_to closed_code resolved_by resolved_at closed_at
""".split()  # noqa: SIM905 - as above
INCIDENT_STEP = 4


def main() -> None:
    for year in (2014, 2015, 2016, 2017):
        reduce_airport(year)
    reduce_retail()
    reduce_incidents()


def reduce_airport(year: int) -> None:
    """Every respondent; only the columns above."""
    name = f"sfo_{year}.csv.gz"
    with gzip.open(FULL / "sfo_airport" / name, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows)
        wanted = [i for i, column in enumerate(header) if column.lstrip("*") in AIRPORT_COLUMNS]
        write_csv("sfo_airport", name, ([row[i] for i in wanted] for row in chain_one(header, rows)))


def reduce_retail() -> None:
    """Every line; without the article (its code and description take more than half of the file)."""
    lines = pq.read_table(FULL / "online_retail" / "online_retail_2010_2011.parquet", columns=RETAIL_COLUMNS)
    target = REDUCED / "online_retail" / "online_retail_2010_2011.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    repeated = ["Country", "UnitPrice", "Quantity", "CustomerID"]
    pq.write_table(
        lines, target, compression="zstd", compression_level=22, row_group_size=len(lines), use_dictionary=repeated
    )


def reduce_incidents() -> None:
    """Every fourth incident in the order of the file, with all its rows."""
    packed = zipfile.ZipFile(FULL / "it_incidents" / "incident_event_log.zip")
    with packed.open("incident_event_log.csv") as raw:
        rows = csv.reader(io.TextIOWrapper(raw, "utf-8", newline=""))
        header = next(rows)
        wanted = [header.index(column) for column in INCIDENT_COLUMNS]
        write_csv(
            "it_incidents",
            "incident_event_log.csv.gz",
            ([row[i] for i in wanted] for row in chain_one(header, every_fourth(rows))),
        )


def every_fourth(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    seen: dict[str, int] = {}
    return (row for row in rows if seen.setdefault(row[0], len(seen)) % INCIDENT_STEP == 0)


def chain_one(first: list[str], rest: Iterable[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest


def write_csv(folder: str, name: str, rows: Iterable[list[str]]) -> None:
    """A gzip without a time stamp, so that the same rows are the same bytes."""
    target = REDUCED / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    target.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
