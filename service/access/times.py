"""Moments as people write them on the command line, and as they are kept: in UTC."""

import re
from datetime import UTC, datetime, timedelta

from service.common.problems import BadRequest

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def expiry(words: str) -> datetime:
    """Return a moment to come: `12h`, `30d` or `8w` from now, or a date or a time in UTC.

    Raises `BadRequest` for other words and for what has passed.
    """
    when = _named(words, "--expires", 1)
    if when <= now():
        raise BadRequest(f"--expires names a moment that has passed: {when.isoformat()}.")
    return when


def since(words: str) -> datetime:
    """Return a moment: `12h`, `30d` or `8w` ago, or a date or a time in UTC; else `BadRequest`."""
    return _named(words, "--since", -1)


def now() -> datetime:
    """Return the time in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _named(words: str, option: str, direction: int) -> datetime:
    if match := _SPAN.fullmatch(words):
        return now() + direction * timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        when = datetime.fromisoformat(words)
    except ValueError as error:
        raise BadRequest(
            f"{option} is such as 12h, 30d, 8w, 2027-01-31 or 2027-01-31T12:00, not {words!r}."
        ) from error
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
