"""The look: formats, charts and templates that every page is built of. Knows nothing of customers or metrics."""

from regard.web.bodies import STRANGERS_LIMIT, BodyLimit
from regard.web.cards import WITHHELD, Card, Change, ChangeShown, show_change
from regard.web.charts import (
    Chart,
    Point,
    Row,
    Table,
    breakdown,
    contributions,
    distribution,
    heat_map,
    interval_bar,
    sparkline,
    steps,
    trend,
)
from regard.web.formats import ENGLISH, LANGUAGES, MISSING, Format, Shown, gettext_noop, ngettext
from regard.web.lending import Threads

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "MISSING",
    "STRANGERS_LIMIT",
    "WITHHELD",
    "BodyLimit",
    "Card",
    "Change",
    "ChangeShown",
    "Chart",
    "Format",
    "Point",
    "Row",
    "Shown",
    "Table",
    "Threads",
    "breakdown",
    "contributions",
    "distribution",
    "gettext_noop",
    "heat_map",
    "interval_bar",
    "ngettext",
    "show_change",
    "sparkline",
    "steps",
    "trend",
]
