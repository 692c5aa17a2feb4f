"""Which records count: current ones, but none withdrawn, self-reported, a user's own, or no pair.

Every query of `named/` and `lists/` asks for current versions in one form (a test refuses any
other). Behind each such filter stands one more for each reason not to count, put there when the
file is read: so a new query leaves out what every other does, and what runs is what
`/queries/{name}.rq` shows. A caller asks for what is left out by the parameter of that reason.
"""
# DESIGN: what-counts

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from loaders.mapping.iris import BASE, EGAP
from service.common.problems import BadParameter

_CURRENT = re.compile(r"FILTER NOT EXISTS \{ \?(\w+) dcterms:isReplacedBy \?\w+ \}")
_FILTER = re.compile(r" ?FILTER NOT EXISTS \{ \?\w+ (<[^<>]*+> (?:<[^<>]*+>|\?uncounted)) \}")


@dataclass(frozen=True)
class Uncounted:
    """Records that count only on request: those of which `predicate` (an IRI) says `code`.

    A code that ends with `/` is a scheme: any code of it leaves a record out.
    """

    parameter: str
    predicate: str
    code: str
    about: str

    @property
    def _statement(self) -> str:
        code = "?uncounted" if self.code.endswith("/") else f"<{self.code}>"
        return f"<{self.predicate}> {code}"

    def met(self, code: str) -> bool:
        """Tell whether a code is the one that leaves out, or one of them."""
        return code.startswith(self.code) if self.code.endswith("/") else code == self.code

    def filter(self, variable: str) -> str:
        """Return the filter that leaves these records out."""
        return f"FILTER NOT EXISTS {{ ?{variable} {self._statement} }}"

    def without(self, sparql: str) -> str:
        """Return a query without any filter that leaves these records out."""
        return _FILTER.sub(lambda f: "" if f[1] == self._statement else f[0], sparql)

    def concerns(self, sparql: str) -> bool:
        """Tell whether a query leaves these records out."""
        return self._statement in sparql


UNCOUNTED = (
    Uncounted(
        "self_reported",
        f"{EGAP.verifiedAgainst}",
        f"{BASE}code/verification/self-reported",
        "true: with figures that only those who measured them have seen",
    ),
    Uncounted(
        "own",
        f"{EGAP.origin}",
        f"{BASE}code/origin/own",
        "true: with deployments that users described for themselves",
    ),
    Uncounted(
        "withdrawn",
        f"{EGAP.reviewStatus}",
        f"{BASE}code/review-status/withdrawn",
        "true: with records that were withdrawn",
    ),
    Uncounted(
        "other_comparisons",
        f"{EGAP.comparison}",
        f"{BASE}code/comparison/",
        "true: with measured figures that are no pair, such as effects of deployment and extremes",
    ),
)
"""Every reason not to count."""


def counted(sparql: str) -> str:
    """Return a query for current records as one for those that count."""
    return _CURRENT.sub(
        lambda found: " ".join([found[0], *(u.filter(found[1]) for u in UNCOUNTED)]), sparql
    )


def on_request(sparql: str) -> tuple[Uncounted, ...]:
    """Return the reasons for which a query leaves records out, if nobody requests them."""
    return tuple(u for u in UNCOUNTED if u.concerns(sparql))


def with_requested(sparql: str, arguments: Mapping[str, str], filtered: Collection[str]) -> str:
    """Return a query with the records that these arguments ask for.

    `filtered` are the IRIs that filters ask for: who lists what has `status=withdrawn` asks for
    records of that reason, too. Raises `BadParameter` where an argument is neither true nor false.
    """
    for reason in on_request(sparql):
        given = arguments.get(reason.parameter, "false")
        if given not in {"true", "false"}:
            raise BadParameter(
                f"{reason.parameter} is true or false, not {given!r}.",
                parameter=reason.parameter,
                known=["true", "false"],
            )
        if given == "true" or any(map(reason.met, filtered)):
            sparql = reason.without(sparql)
    return sparql
