"""Every error Regard raises on purpose.

::

    RegardError            something a person can act on
    ├── Unauthorized       we do not know who you are
    ├── NotFound           there is no such thing (or you may not know of it)
    ├── Forbidden          you are known, but this is not yours to do
    ├── NotAllowed         this address does not take that method
    ├── Conflict           it clashes with what is there already
    ├── Invalid            what was given cannot be used; names the field and the remedy
    ├── TooSlow            what was announced did not come in time
    ├── TooMany            too much at once: wait, or send less
    ├── TooLarge           more than is taken in at one time: nothing of it was kept
    └── Unavailable        a part we need is not there right now: try again later

Each has a stable ``code`` for programs and one sentence for people. One place per face (HTTP, command line,
notebook) turns them into an answer.
"""

from __future__ import annotations

import traceback


def traced(error: BaseException) -> str:
    """What kind of error it is and where it came from, for logs: without its message, which may quote somebody's data.

    >>> traced(NotFound("nobody is called Ann"))
    'NotFound (not_found)'
    >>> traced(ValueError("ann@example.org"))
    'ValueError'
    """
    code = f" ({error.code})" if isinstance(error, RegardError) else ""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n  ".join([f"{type(error).__name__}{code}", *(f"{at.filename}:{at.lineno} in {at.name}" for at in frames)])


class RegardError(Exception):
    """Something went wrong that a person can act on.

    >>> raise NotFound("no workspace is called 'airport'", remedy="regard workspaces lists them")
    Traceback (most recent call last):
    regard.base.errors.NotFound: no workspace is called 'airport' (regard workspaces lists them)
    """

    status = 500
    default_code = "error"

    def __init__(self, message: str, *, field: str | None = None, remedy: str | None = None, code: str | None = None):
        self.message = message
        self.field = field
        self.remedy = remedy
        self.code = code or self.default_code
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class Unauthorized(RegardError):
    status, default_code = 401, "unauthorized"


class NotFound(RegardError):
    status, default_code = 404, "not_found"


class Forbidden(RegardError):
    status, default_code = 403, "forbidden"


class NotAllowed(RegardError):
    status, default_code = 405, "method_not_allowed"


class Conflict(RegardError):
    status, default_code = 409, "conflict"


class Invalid(RegardError):
    status, default_code = 422, "invalid"


class TooSlow(RegardError):
    status, default_code = 408, "too_slow"


class TooMany(RegardError):
    status, default_code = 429, "too_many"


class TooLarge(RegardError):
    status, default_code = 413, "too_large"


class Unavailable(RegardError):
    status, default_code = 503, "unavailable"
