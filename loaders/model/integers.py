"""Whole numbers in untrusted texts."""

MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """Return the number that ASCII digits spell, at most 18 of them; None for any other text.

    `str.isdigit` also takes "²", of which `int` makes nothing; `int` itself takes the digits of
    every script, and refuses more than 4,300 of them.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
