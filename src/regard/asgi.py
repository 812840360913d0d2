"""The process: Django inside Starlette, so that other ASGI applications can be mounted beside it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - where Django looks for its settings


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Lets go of every workspace file when the server stops."""
    yield


application = Starlette(routes=[Mount("/", get_asgi_application())], lifespan=lifespan)
