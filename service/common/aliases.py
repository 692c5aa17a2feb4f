"""Names that 0.2 replaced: requests may use either, answers carry both. The old ones end with 0.3.

Everything that still knows an old name asks this module, so that 0.3 removes one file.
"""
# DESIGN: old-names

from collections.abc import Mapping
from typing import Any

from service.common.problems import BadParameter

END = "0.3"
"""The release that no longer knows the old names."""
KEYS = {
    "unranked": "nothing_told",
    "not_pooled_reason": "not_summed_up_because",
    "same_deployment": "measured_here",
    "unanswered_benchmarks": "silent_benchmarks",
}
"""The old name of each renamed key of a JSON answer and column of a CSV file."""
PARAMETERS = {"min_answered": "least"}
"""The old name of each renamed request parameter: query string, JSON body, page address."""
SORTS = {"answered": "told"}
"""The old name of each renamed order of the benchmarks."""
OPTIONS = {"min-answered": "least", "plain-pyshacl": "stock"}
"""The old name of each renamed option of the command line, without its dashes."""

_CURRENT_PARAMETER = {old: new for new, old in PARAMETERS.items()}
_CURRENT_SORT = {old: new for new, old in SORTS.items()}
_CURRENT_OPTION = {old: new for new, old in OPTIONS.items()}


def with_old_keys(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return part of an answer with the old name of each renamed key after all other keys."""
    return {**found, **{old: found[new] for new, old in KEYS.items() if new in found}}


def current_parameter(name: str) -> str:
    """Return the name that a request parameter has today."""
    return _CURRENT_PARAMETER.get(name, name)


def current_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters under the names they have today.

    Raises `BadParameter` where one is given under both names.
    """
    for new, old in PARAMETERS.items():
        if new in given and old in given:
            raise BadParameter(
                f"{old} is the old name of {new}. Give {new} alone.", parameter=old, known=[new]
            )
    return {current_parameter(name): value for name, value in given.items()}


def deprecated(*names: str) -> list[dict[str, Any]]:
    """Return the OpenAPI parameters that describe the old names of some query parameters."""
    return [
        {
            "name": PARAMETERS[name],
            "in": "query",
            "description": f"the old name of {name}, accepted until version {END}",
            "deprecated": True,
            "schema": {"type": "string"},
        }
        for name in names
        if name in PARAMETERS
    ]


def current_sort(name: str) -> str:
    """Return the name that an order of the benchmarks has today."""
    return _CURRENT_SORT.get(name, name)


def current_option(name: str) -> str:
    """Return the name that an option of the command line has today, without its dashes."""
    return _CURRENT_OPTION.get(name, name)


def described() -> str:
    """Return what the OpenAPI document says of the old names."""
    keys = ", ".join(f"`{new}` (was `{old}`)" for new, old in KEYS.items())
    parameters = ", ".join(f"`{new}` (was `{old}`)" for new, old in PARAMETERS.items())
    return (
        f"Renamed keys: {keys}; answers carry the old ones, too, until version {END}. "
        f"Renamed parameters: {parameters}; the old ones are accepted until version {END}."
    )
