"""run and demo: the site."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from regard.base import Unavailable
from regard.base.config import config
from regard.base.stopping import STOPPING
from regard.cli.arguments import Commands, command
from regard.cli.choosing import folder
from regard.cli.progress import bar

GRACE_SECONDS = 10


def declare(commands: Commands) -> None:
    demo = command(
        commands,
        "demo",
        _demo,
        "load the demo workspaces, show their numbers, and serve the site",
        "regard demo\nregard demo --no-serve",
    )
    demo.add_argument("--no-serve", action="store_true", help="stop after the numbers")
    command(commands, "run", _run, "serve the site", "regard run\nREGARD_PORT=9000 regard run")


def _run(_: argparse.Namespace) -> None:
    serve(is_demo=False)


def _demo(given: argparse.Namespace) -> None:
    from regard.demo import DEMOS

    for slug in DEMOS:
        _load_demo(slug)
    for slug in DEMOS:
        _show_numbers(folder() / f"{slug}.duckdb")
    if not given.no_serve:
        serve(is_demo=True)


def _load_demo(slug: str) -> None:
    from regard.demo import load_demo
    from regard.stream import open_store

    with open_store(folder() / f"{slug}.duckdb") as store, bar(slug) as progress:
        load_demo(slug, store, progress)


def _show_numbers(path: Path) -> None:
    from regard.report import open_workspace

    with open_workspace(path) as cx:
        print(cx.overview().table(), end="\n\n", flush=True)


def serve(*, is_demo: bool) -> None:
    """Serve until told to stop: one process, the tables brought up to date first, open requests finished at the end."""
    require_free_port(config().host, config().port)
    import uvicorn

    from regard.asgi import application
    from regard.cli.patience import Patience

    link = _way_in(is_demo=is_demo)

    class Announced(uvicorn.Server):
        """Says where the site is once it listens there, not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _announce(link)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Answers that go on for long hear of it; uvicorn only waits for them."""
            STOPPING.set()
            super().handle_exit(sig, frame)

    server = Announced(
        uvicorn.Config(
            application,
            host=config().host,
            port=config().port,
            loop="auto" if sys.platform == "win32" else "uvloop",
            http=Patience,
            lifespan="on",
            log_level="warning",
            server_header=False,
            proxy_headers=config().production,
            forwarded_allow_ips=config().trusted_proxies,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, lambda *_: None)  # uvicorn stops gracefully, then raises them again: all was well
    server.run()


def _announce(link: str | None) -> None:
    address = config().base_url or f"http://{config().host}:{config().port}"
    print(f"Regard is at {address} (Ctrl-C stops it)")
    if link:
        print(f"Sign in once with {link}")
    sys.stdout.flush()


def _way_in(*, is_demo: bool) -> str | None:
    """A link for the person who runs this machine: at the first start, and at every start of a demonstration."""
    from regard.accounts.site import (
        local_owner,
        password_link_for,
        prepare_site,
        register_workspace_files,
        sign_in_link_for,
    )

    prepare_site()
    owner = local_owner()
    register_workspace_files(owner)
    if is_demo:
        from regard.demo.site import bring_survey

        bring_survey()
    if owner.last_login and not is_demo:
        return None
    return str(password_link_for(owner) if config().production else sign_in_link_for(owner))


def require_free_port(host: str, port: int) -> None:
    """Raise Unavailable when somebody listens there already, or nobody could."""
    try:
        with socket.create_server((host, port)):
            return
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise Unavailable(f"cannot listen on {host}:{port}: {why}", remedy="choose another with REGARD_PORT") from error
