"""What went wrong, in words."""

from __future__ import annotations


def sentence(error: Exception) -> str:
    """One sentence for a person: Regard's own errors say it themselves, the system's need help.

    >>> sentence(FileNotFoundError(2, "No such file or directory", "a.csv"))
    'a.csv: no such file or directory'
    """
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    reason = error.strerror[0].lower() + error.strerror[1:]
    return f"{error.filename}: {reason}" if error.filename else reason


def counted(number: int, thing: str) -> str:
    """A number of things.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
