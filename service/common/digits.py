"""Numbers as text, the same on every page: their digits, a true minus sign, one or many."""

from collections.abc import Sequence, Sized
from decimal import Decimal

MINUS = "\N{MINUS SIGN}"
Digits = Decimal | float


def printed(value: Digits, step: Digits | None = None) -> str:
    """Return a recorded number with all its digits, and those of `step` if it has fewer."""
    number = padded_to(exact(value), None if step is None else exact(step))
    return f"{number:f}".replace("-", MINUS)


def computed(value: Digits, digits: int = 2) -> str:
    """Return a number that was computed, to so many decimals, without a negative zero."""
    return printed(Decimal(f"{value:.{digits}f}") + 0)


def percent(share: Digits) -> str:
    """Return a recorded share in percent, with every digit that it has."""
    return f"{printed((100 * exact(share)).normalize())} %"


def counted(number: int) -> str:
    """Return a count with separators of thousands."""
    return f"{number:,}"


def plural(things: int | Sized, one: str, many: str) -> str:
    """Return how many there are, with the word for one or for many: `1 study`, `2 studies`."""
    number = things if isinstance(things, int) else len(things)
    return f"{counted(number)} {one if number == 1 else many}"


def span(first: str, last: str) -> str:
    """Return two ends in words, and what reads alike once: `4.61 to 13.09`, `17`."""
    return first if first == last else f"{first} to {last}"


def first_of(names: Sequence[str], most: int, joint: str = ", ") -> str:
    """Return the first names of a list, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{joint.join(names[:most])}{more}"


def exact(value: Digits) -> Decimal:
    """Return a number as a decimal; a float with the fewest digits that tell it from others."""
    return value if isinstance(value, Decimal) else Decimal(repr(value)).normalize()


def padded_to(value: Decimal, step: Decimal | None) -> Decimal:
    """Return a number with the digits of a step, where it has fewer; none is ever dropped."""
    return value if step is None or _digits(value) >= _digits(step) else value.quantize(step)


def _digits(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)
