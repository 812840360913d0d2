"""The process: Django inside Starlette, so that other ASGI applications can be mounted beside it."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import django
from asgiref.sync import sync_to_async
from starlette.applications import Starlette

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regard.settings")  # noqa: TID251 - where Django looks for its settings
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 - models need the set-up above

from regard.accounts.site import close_stores, is_signed_in, prepare_site  # noqa: E402
from regard.collect.site import largest_upload  # noqa: E402
from regard.web import BodyLimit  # noqa: E402

# WhiteNoise hands small files over whole, which is what this warns of.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")


@asynccontextmanager
async def lifespan(process: Starlette) -> AsyncIterator[None]:
    """Opens the site once its tables and browser files are up to date; lets go of the workspace files at the end."""
    await sync_to_async(prepare_site)()
    process.mount("/", BodyLimit(get_asgi_application(), largest_upload(), is_signed_in))
    yield
    await sync_to_async(close_stores)()


application = Starlette(lifespan=lifespan)
