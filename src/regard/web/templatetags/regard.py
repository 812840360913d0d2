"""``{% load regard %}``: the components of a page."""

from __future__ import annotations

import json
from datetime import date, datetime

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regard.web import site
from regard.web.cards import Card, show_change
from regard.web.charts import Chart
from regard.web.formats import TimeLength
from regard.web.site import current_format

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it speaks, without it is decoration."""
    source = f"{static('regard/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, source)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', source)


@register.inclusion_tag("web/metric_card.html")
def metric_card(card: Card) -> dict[str, object]:
    """A figure card: see :class:`regard.web.cards.Card`."""
    fmt = current_format()
    unit = str(card.estimate.unit)
    return {
        "card": card,
        "shown": card.shown(fmt),
        "withheld": card.withheld(fmt),
        "bar": card.bar(fmt),
        "line": card.line(fmt),
        "change": show_change(card.change, unit, fmt) if card.change else None,
    }


@register.inclusion_tag("web/chart.html")
def chart(chart: Chart, caption: str = "") -> dict[str, object]:
    """A chart as a figure: picture, sentence, and the data in a table behind a disclosure."""
    marks = json.dumps([list(mark) for mark in chart.marks], ensure_ascii=False) if chart.marks else ""
    return {"chart": chart, "marks": marks, "caption": caption}


@register.filter
def drawn(chart: Chart) -> SafeString:
    """The picture itself. Charts escape every text that they are given."""
    return mark_safe(chart.svg)  # noqa: S308


@register.inclusion_tag("web/estimate.html")
def estimate(estimate: object) -> dict[str, object]:
    """A value with its interval and n, in a line of text."""
    return {"shown": current_format().estimate(estimate)}


@register.inclusion_tag("web/change.html")
def change(change: object, unit: str) -> dict[str, object]:
    """A chip that says what changed, in words and with an icon: see :class:`regard.web.cards.Change`."""
    return {"change": show_change(change, unit, current_format())}


@register.simple_tag
def show(value: float | None, unit: str = "index") -> str:
    """A value in its unit."""
    return current_format().value(value, unit)


@register.simple_tag
def money(amount: float, currency: str = "") -> str:
    """An amount in its own currency; a plain number where none was said."""
    fmt = current_format(currency)
    return fmt.money(amount, currency)


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """A number as the reader writes it."""
    return "" if value is None else current_format().number(value, digits)


@register.filter
def told(sentence: object) -> str:
    """A sentence of the science half (a note, an error) in the reader's language."""
    return site.told(sentence)


@register.filter(expects_localtime=True)
def day(value: date, skeleton: str = "yMMMd") -> str:
    """A date by CLDR skeleton; of an instant, the reader's."""
    return current_format().date(value, skeleton) if value else ""


@register.filter
def instant(value: datetime, length: TimeLength = "short") -> str:
    """An instant on the reader's clock; ``medium``: to the second."""
    return current_format().instant(value, length) if value else ""


@register.inclusion_tag("web/field_of.html")
def field(field: object) -> dict[str, object]:
    """A form's field with label, help and errors."""
    return {"field": field}


@register.inclusion_tag("web/empty_state.html")
def empty_state(icon: str, title: str, text: str = "", url: str = "", action: str = "") -> dict[str, object]:
    """Nothing here yet: says why, and what to do next."""
    return {"icon_name": icon, "title": title, "text": text, "url": url, "action": action}


@register.simple_tag(takes_context=True)
def query_string(context: template.Context, **changes: object) -> str:
    """The page's own address with some filters changed; ``None`` or nothing takes one away."""
    return _query(context["request"], changes)


@register.inclusion_tag("web/pagination.html", takes_context=True)
def pagination(context: template.Context, page: object) -> dict[str, object]:
    """Links to the pages of a Django paginator, keeping the filters of the address."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        (number, _query(context["request"], {"page": number}) if isinstance(number, int) else "") for number in numbers
    ]
    return {"page": page, "links": links, "total": page.paginator.count}


def _query(request: HttpRequest, changes: dict[str, object]) -> str:
    kept = request.GET.copy()
    for name, value in changes.items():
        kept.pop(name, None)
        if value not in (None, ""):
            kept[name] = str(value)
    return f"?{kept.urlencode()}"
