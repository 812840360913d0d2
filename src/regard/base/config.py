"""The one settings page: every ``REGARD_…`` variable, its type, its default and what it is for.

Nothing else in Regard reads the environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from regard.base.errors import Invalid

PREFIX = "REGARD_"


def _setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True)
class Config:
    """What an operator may set. Read once, from the environment, by :func:`load_config`."""

    home: Path = _setting(Path("~/.local/share/regard"), "Folder that holds the data: workspaces, database, spool.")
    database_url: str = _setting(
        "",
        "Operational database, e.g. postgresql://user:password@host/name. Empty: SQLite in the home folder.",
    )
    secret_key: str = _setting("", "Signs sessions and links. Empty: made once and kept in the home folder (mode 600).")
    production: bool = _setting(
        False, "Serve real people: HTTPS only, secure cookies, no default secret, no demo sign-in link."
    )
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    allowed_hosts: str = _setting("", "Host names this site answers to, separated by commas. Empty: this machine only.")
    base_url: str = _setting("", "Public address of the site, e.g. https://cx.example.org. Empty: http://host:port.")
    trusted_proxies: str = _setting(
        "127.0.0.1",
        "Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded headers are believed in "
        "production.",
    )
    language: str = _setting("en", "Language when a person has not chosen: en, pl, ru, zh-hans or ro.")
    time_zone: str = _setting("UTC", "IANA time zone of a new workspace.")
    memory_limit: str = _setting(
        "",
        "Memory that one workspace may use, e.g. 2GB: half for its engine, half for a load. Empty: a quarter of the "
        "machine's, at most 4GB.",
    )
    temp_limit: str = _setting("20GB", "Disk that one question may spill to.")
    threads: int = _setting(0, "Threads an engine may use. 0: one for each core.")
    upload_limit: str = _setting("10GB", "Largest file that an import reads, after unpacking.")
    api_rate: int = _setting(600, "Requests a minute that one API key may make.")
    spool_limit: str = _setting(
        "5GB", "Most that may wait in the spool to be loaded; senders of more are told to come back (429)."
    )
    body_seconds: int = _setting(20, "Seconds that a sender of events has for a whole request.")
    geo_database: str = _setting(
        "", "MMDB file that knows the countries of IP addresses, for sources that keep the country. Empty: none."
    )
    workers: int = _setting(2, "Jobs that the site's process does at once. 0: none, `regard worker` does them.")
    allow_private_addresses: bool = _setting(
        False,
        "Let webhooks and SMS providers be on this machine or its own network. Whoever may set them up can then reach "
        "what only this machine should.",
    )
    email_url: str = _setting(
        "",
        "SMTP server, e.g. smtp+tls://user:password@host:587. Empty: mails are written to the home folder.",
    )
    bounce_address: str = _setting(
        "",
        "Where reports about surveys' mails come to, with {id} where each mail has an id of its own, e.g. "
        "bounces+{id}@cx.example.org. Empty: the address that mails come from.",
    )
    sms_provider: str = _setting(
        "", "JSON file (mode 600) that says how the SMS provider is asked: its address, headers, template. Empty: none."
    )


def load_config(environ: dict[str, str] | None = None) -> Config:
    """Read the settings; raise :class:`Invalid` naming the variable that cannot be used.

    >>> load_config({"REGARD_PORT": "9000"}).port
    9000
    >>> load_config({"REGARD_PORT": "high"})
    Traceback (most recent call last):
    regard.base.errors.Invalid: REGARD_PORT must be a whole number, not 'high'
    """
    source = dict(os.environ) if environ is None else environ  # noqa: TID251 - the one place that may
    given = {
        item.name: _read(item.name, type(item.default), source[PREFIX + item.name.upper()])
        for item in fields(Config)
        if PREFIX + item.name.upper() in source
    }
    config = Config(**given)
    return Config(**{**vars(config), "home": config.home.expanduser()})


@cache
def config() -> Config:
    """The settings of this process."""
    return load_config()


def _read(name: str, kind: type, text: str) -> Any:
    variable = PREFIX + name.upper()
    if kind is bool:
        if text.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off", ""}:
            raise Invalid(f"{variable} must be true or false, not {text!r}", field=variable)
        return text.lower() in {"1", "true", "yes", "on"}
    if kind is int:
        if not text.isdecimal():
            raise Invalid(f"{variable} must be a whole number, not {text!r}", field=variable)
        return int(text)
    return Path(text) if issubclass(kind, Path) else text
