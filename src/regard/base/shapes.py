"""Shapes of documents that msgspec reads, learned before anybody needs them.

msgspec works out how a struct is read when one is first read, and what is worked out by half is seen by other threads
meanwhile: a server whose first two readers came at once was ended by a segmentation fault (msgspec 0.22). Modules are
run by one thread, so what they define is learned there.
"""

from __future__ import annotations

from typing import Any

import msgspec


def learn(shape: Any) -> None:
    """Work out how a struct, or a union of them, is read, with all that is in it. For the module that defines it."""
    msgspec.json.Decoder(shape)
