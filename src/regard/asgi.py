"""The process: Django inside Starlette, so that other ASGI applications can be mounted beside it."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import django
from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - where Django looks for its settings
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 - models need the set-up above

from regard.accounts.site import close_stores, prepare_site  # noqa: E402

# WhiteNoise hands small files over whole, which is what this warns of.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Lets go of every workspace file when the server stops."""
    yield
    close_stores()


def create_application() -> Starlette:
    """The site, its tables and browser files up to date."""
    prepare_site()
    return Starlette(routes=[Mount("/", get_asgi_application())], lifespan=lifespan)


application = create_application()
