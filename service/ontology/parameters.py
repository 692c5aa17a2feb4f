"""Dimensions, values and domains that a request names, checked against the schemes."""

from collections.abc import Mapping

from service.common.problems import BadParameter, OnPage
from service.ontology import old_codes, scheme_queries
from service.ontology.labels import plain_name
from service.ontology.schemes import Scheme
from service.store.port import Engine

Schemes = Mapping[str, Scheme]


def dimension(schemes: Schemes, given: object, parameter: str) -> str:
    """Return a dimension by its name, with hyphens or underscores. Raises `BadParameter`."""
    name = str(given).strip().replace("_", "-")
    if name not in schemes:
        raise BadParameter(
            f"{parameter}: there is no dimension {str(given)!r} with coded values. "
            f"Take one of: {', '.join(schemes)}.",
            on_page=OnPage(
                f"There is no assumption {str(given)!r} with coded values.",
                str(given).strip(),
                tuple(schemes),
                "dimension/",
            ),
            parameter=parameter,
            value=str(given),
            known=list(schemes),
        )
    return name


def dimensions(schemes: Schemes, given: object, parameter: str) -> tuple[str, ...]:
    """Return dimensions from a list or from names joined by commas, each once."""
    names = given if isinstance(given, list) else str(given).split(",")
    if not names:
        raise BadParameter(f"{parameter} names no dimension.", parameter=parameter, value=given)
    return tuple(dict.fromkeys(dimension(schemes, name, parameter) for name in names))


def values(scheme: Scheme, given: object, parameter: str) -> tuple[str, ...]:
    """Return coded values of a dimension, newer ones in place of old ones that say the same.

    Raises `BadParameter` with those there are.
    """
    items = given if isinstance(given, list) else [v for v in str(given).split(",") if v.strip()]
    given_codes = [str(v).strip().removeprefix(f"{scheme.dimension}/") for v in items]
    codes = old_codes.current(scheme.dimension, given_codes)
    for code in codes:
        if code not in scheme.values:
            raise BadParameter(
                f"{parameter}: {scheme.dimension} has no value {code!r}. "
                f"Take any of: {', '.join(scheme.current())}.",
                on_page=OnPage(
                    f"{plain_name(scheme.dimension)}: there is no value {code!r}.",
                    code,
                    tuple(scheme.current()),
                    f"value/{scheme.dimension}/",
                ),
                parameter=parameter,
                value=code,
                known=scheme.current(),
            )
    return codes


def domain(engine: Engine, given: str) -> str:
    """Return a domain. Raises `BadParameter` with those there are."""
    known = scheme_queries.domains(engine)
    if given not in known:
        raise BadParameter(
            f"domain: there is no domain {given!r}. Take one of: {', '.join(known)}.",
            on_page=OnPage(f"There is no field {given!r}.", given, tuple(known), "code/domain/"),
            parameter="domain",
            value=given,
            known=known,
        )
    return given
