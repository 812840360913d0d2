"""Charts: one pure function for each, giving the picture (SVG), the same in a sentence, and the same as a table.

>>> chart = interval_bar(38.4, 35.1, 41.7, -100, 100, title="38.4")
>>> chart.svg.startswith("<svg")
True
"""

from regard.web.charts.drawing import Chart, Mark, Table
from regard.web.charts.heat import heat_map
from regard.web.charts.lines import Point, sparkline, trend
from regard.web.charts.rows import Row, breakdown, contributions, distribution, interval_bar, steps

__all__ = [
    "Chart",
    "Mark",
    "Point",
    "Row",
    "Table",
    "breakdown",
    "contributions",
    "distribution",
    "heat_map",
    "interval_bar",
    "sparkline",
    "steps",
    "trend",
]
