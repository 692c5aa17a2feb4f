"""Numbers and words of a query string or body, with errors that name the parameter."""

from collections.abc import Iterable, Mapping, Sequence

from loaders.model import whole_number
from service.common.aliases import current_parameter
from service.common.problems import BadParameter, OnPage, quoted

_DIGITS = 9


def number(given: object, parameter: str) -> int:
    """Return a whole number from 0. Raises `BadParameter`."""
    digits = str(given)
    found = whole_number(digits)
    if found is None or len(digits) > _DIGITS:
        raise BadParameter(
            f"{parameter} is a whole number of at most {_DIGITS} digits, not {digits[:20]!r}.",
            on_page=OnPage(
                f"{digits[:20]!r} is no whole number, or too large.",
                beside=parameter,
                heading="A whole number is needed",
            ),
            parameter=parameter,
            value=digits[:20],
        )
    return found


def words(given: object, parameter: str) -> str:
    """Return a text. Raises `BadParameter` for anything else, and for an empty one."""
    if not isinstance(given, str) or not given.strip():
        raise BadParameter(f"{parameter} is a text, not {given!r}.", parameter=parameter)
    return given


def choice(given: str, name: str, label: str, titles: Mapping[str, str]) -> BadParameter:
    """Return the problem of a value of `name` that is none of some choices, called `titles`."""
    return BadParameter(
        f"{name}: there is no {given!r} to choose. Take any of: {', '.join([*titles][:20])}.",
        on_page=OnPage(
            f"{label}: there is no {given!r} to choose.", given, tuple(titles), titles=titles
        ),
        parameter=name,
        value=given,
        known=list(titles),
    )


def nothing_named(given: str, name: str, label: str) -> BadParameter:
    """Return the problem of a parameter that is to name a thing, and names nothing."""
    return BadParameter(
        f"{name}: there is no {given[:200]!r} here.",
        on_page=OnPage(f"{label}: there is no {given[:200]!r} here.", given, beside=name),
        parameter=name,
        value=given[:200],
    )


def order(given: str, titles: Mapping[str, str], known: Sequence[str], more: str = "") -> None:
    """Raise `BadParameter` for an order that is not known; `titles` are those a page offers.

    `more` is what else the parameter takes, as a clause for programs.
    """
    if given in known:
        return
    raise BadParameter(
        f"sort is one of {', '.join(known)}{more}, not {given[:20]!r}.",
        on_page=OnPage(
            f"This list has no order {given[:20]!r}.", given, tuple(titles), titles=titles
        ),
        parameter="sort",
        value=given[:20],
        known=list(known),
    )


def no_field(name: str, where: str = "This address") -> OnPage:
    """Return what a page says of a field that is not known, with a link to it without that."""
    return OnPage(
        f"{where} has no field {name!r}.",
        beside=name,
        heading=f"There is no field {quoted(name)} here",
    )


def only(given: Iterable[object], known: Sequence[str], where: str) -> None:
    """Raise `BadParameter` for a name that is not known, nor the old name of one that is."""
    for name in given:
        if current_parameter(str(name)) not in known:
            raise BadParameter(
                f"{where} has no field {str(name)!r}. It takes: {', '.join(known)}.",
                on_page=no_field(str(name), where),
                parameter=str(name),
                value=str(name),
                known=list(known),
            )
