"""Whether this process was told to stop. An answer that goes on for long looks now and then, and ends by itself."""

from __future__ import annotations

import threading
from typing import Final

STOPPING: Final = threading.Event()
