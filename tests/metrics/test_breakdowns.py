"""What figures may be broken down by: columns that hold anything, and properties."""

from __future__ import annotations

import json

import pytest

from regard.base import Invalid
from regard.metrics import Slice, breakdowns, measure
from tests.metrics.company import answered, store_of


def test_a_property_called_as_a_column_is_offered_once() -> None:
    told = json.dumps({"channel": "web", "shop": "north"})
    with store_of(answered("nps", 9, 0, 10, channel="email", properties=told)) as store:
        offered = breakdowns(store)
        assert sorted(offered) == sorted(set(offered))
        assert {"channel", "shop"} <= set(offered)
        with pytest.raises(Invalid, match="no column or property") as refused:
            measure(store, "nps", Slice(by="chanel"))
        assert str(refused.value.remedy).count("channel") == 1
