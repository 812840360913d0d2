"""The process: the collector at ``/v1``, straight; respondents' pages at ``/s``, by few middlewares; everything else is
the site, Django inside Starlette."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import django
from asgiref.sync import sync_to_async
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from regard.base.allocators import keep_little

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - where Django looks for its settings
keep_little()
django.setup()

from django.conf import settings  # noqa: E402 - models need the set-up above
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import connections  # noqa: E402

from regard.accounts.site import close_stores, is_signed_in, prepare_site  # noqa: E402
from regard.base.config import config  # noqa: E402
from regard.collect.site import largest_upload, new_collector, start_listening  # noqa: E402
from regard.jobs.site import start_working  # noqa: E402
from regard.profiles.site import start_refreshing  # noqa: E402
from regard.surveys.site import respondents_limit  # noqa: E402
from regard.web import BodyLimit, Threads  # noqa: E402
from regard.web.site import Direct  # noqa: E402

# WhiteNoise hands small files over whole, which is what this warns of.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")


async def limit_of(scope: Scope) -> int:
    """Bytes that a request may bring, judged by its head: much from members, files from respondents who are asked."""
    return largest_upload() if await is_signed_in(scope) else await respondents_limit(scope)


@asynccontextmanager
async def lifespan(process: Starlette) -> AsyncIterator[None]:
    """Opens the site once its tables and browser files are up to date; lets go of the workspace files at the end."""
    await sync_to_async(prepare_site)()
    process.router.default = threads.lent(BodyLimit(get_asgi_application(), limit_of))
    stop_listening, stop_refreshing = start_listening(), start_refreshing()
    stop_working = start_working(config().workers)
    yield
    await sync_to_async(collector.spool.close)()
    await sync_to_async(stop_working)()
    await sync_to_async(stop_listening)()
    await sync_to_async(stop_refreshing)()
    await sync_to_async(close_stores)()


collector, threads = new_collector(), Threads(connections.close_all)
respondents = threads.lent(BodyLimit(Direct(settings.RESPONDENTS_MIDDLEWARE), limit_of))
site = Starlette(lifespan=lifespan)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Requests for the collector go straight: Starlette's routing costs each 4 µs, as much as reading an event does.
    Those of respondents pass by what is there for members only."""
    path = scope["path"] if scope["type"] == "http" else ""
    app = collector if path.startswith("/v1/") else respondents if path.startswith("/s/") else site
    await app(scope, receive, send)
