"""Bots: programs that read the web are no customers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from regard.collect.events import Event, Refused, refused, sender_of, senders_of


def perhaps_bots(events: Sequence[Event]) -> Sequence[Event]:
    """All of these events if any User-Agent among them is a bot's: each different one is looked at once."""
    agents = {event.user_agent for event in events} | {sender.user_agent for sender in senders_of(events).values()}
    return events if any(agent and is_bot(agent) for agent in agents) else ()


def refuse_bots(event: Event) -> Refused | None:
    """Refuse an event whose User-Agent is a known program's. Servers, which send none of a browser's, are no bots."""
    agent = sender_of(event.context).user_agent or event.user_agent
    return refused("bot", "context.userAgent") if agent and is_bot(agent) else None


@lru_cache(maxsize=4096)
def is_bot(agent: str) -> bool:
    """Whether a User-Agent is that of a crawler, a link preview, a monitor or a headless browser.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    False
    """
    return _shape().search(agent) is not None


@cache
def _shape() -> re.Pattern[str]:
    lines = files("regard.collect").joinpath("data/bots.txt").read_text("utf-8").splitlines()
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)
