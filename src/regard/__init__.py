"""Regard: one stream per customer, eight numbers you can trust.

>>> import regard
>>> cx = regard.open(":memory:")
>>> cx.nps().value is None  # nothing counted yet: never 0, never NaN
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regard.report import Workspace

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str, **options: object) -> Workspace:  # noqa: A001 - reads as `regard.open(...)`
    """Open a workspace file (made when absent) and return it ready to load and measure.

    Works while a server or another process has the file open: it then asks that process.
    """
    from regard.report import open_workspace

    return open_workspace(path, **options)
