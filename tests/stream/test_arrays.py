"""Columns of values as Arrow's: what goes in comes out, and pandas stays out of it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from regard.stream import table_of

TYPES = {"key": "VARCHAR", "number": "BIGINT", "score": "DOUBLE", "at": "TIMESTAMP"}
KINDS = {
    "key": st.text(),
    "number": st.integers(-(2**63), 2**63 - 1),
    "score": st.floats(allow_nan=False),
    "at": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in KINDS.items()}))


@given(ROWS)
def test_what_goes_into_a_table_comes_out_of_it(rows):
    columns = {name: [row[name] for row in rows] for name in TYPES}

    assert table_of(columns, TYPES).to_pydict() == columns
    assert table_of(columns, TYPES, repeated=["key", "at"]).to_pydict() == columns


def test_an_instant_of_any_zone_is_kept_in_utc():
    at = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    assert table_of({"at": [at, None]}, TYPES)["at"].to_pylist() == [
        at.astimezone(UTC).replace(tzinfo=None),
        None,
    ]


def test_making_a_table_does_not_import_pandas():
    script = (
        "import sys\n"
        "from datetime import datetime\n"
        "from regard.stream import table_of\n"
        f"types = {TYPES}\n"
        "table_of({'key': ['a', None], 'number': [1, None], 'score': [.5, None], 'at': [datetime(2026, 1, 1), None]}, types)\n"
        "assert 'pyarrow' in sys.modules and 'pandas' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
