"""collect: the collector in a process of its own."""

from __future__ import annotations

import argparse
import gc
import sys

from regard.base.config import config
from regard.cli.arguments import Commands, command
from regard.cli.serving import GRACE_SECONDS, require_free_port

EXAMPLES = "regard collect\nregard collect --port 9001\nregard collect --recover"


def declare(commands: Commands) -> None:
    about = "take in events in a process of its own; regard run loads them"
    declared = command(commands, "collect", _collect, about, EXAMPLES)
    declared.add_argument("--port", type=int, metavar="N", help="port to listen on (default: REGARD_PORT)")
    declared.add_argument(
        "--recover", action="store_true", help="put back what can be read of damaged segments of the spool, and end"
    )


def _collect(given: argparse.Namespace) -> None:
    if given.recover:
        _recover()
    else:
        _serve(given)


def _recover() -> None:
    from regard.collect import salvage

    found = salvage(config().home / "spool")
    print(f"{found.segments} damaged segments, {found.records} records put back; regard run loads them")


def _serve(given: argparse.Namespace) -> None:
    """Serve only ``/v1`` until told to stop. Any number may run, each on a port of its own, beside the site or not."""
    port = config().port if given.port is None else given.port
    require_free_port(config().host, port)
    import uvicorn

    from regard.asgi import collector
    from regard.cli.patience import Patience

    print(f"Regard collects at http://{config().host}:{port}/v1 (Ctrl-C stops it)", flush=True)
    gc.freeze()  # what has been imported stays: looking through it again and again costs a tenth
    uvicorn.run(
        collector,
        host=config().host,
        port=port,
        loop="auto" if sys.platform == "win32" else "uvloop",
        http=Patience,
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=config().production,
        forwarded_allow_ips=config().trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
