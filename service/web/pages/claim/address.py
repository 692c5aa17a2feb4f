"""What the address of the page holds: the claim, and a use that is chosen or described."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from service.common import parameters
from service.common.problems import BadParameter, OnPage
from service.ontology.parameters import Schemes
from service.score_claims.model import ScoreClaimRequest
from service.score_claims.request import parse as parse_request

FIELDS = ("benchmark", "score", "metric", "model")
CONTROLS = (*FIELDS, "use", "title", "domain")
"""Parameters beside the dimensions, each of which describes a use."""


@dataclass(frozen=True)
class ClaimAddress:
    """The parameters that are not empty, and the dimensions by which a use can be described."""

    given: Mapping[str, str]
    dimensions: frozenset[str]

    @property
    def described(self) -> dict[str, str]:
        """The dimensions by which a use is described."""
        return {name: value for name, value in self.given.items() if name in self.dimensions}

    @property
    def missing(self) -> list[str]:
        """What a claim still lacks, in words."""
        lacks = [name for name in ("benchmark", "score") if name not in self.given]
        return lacks if "use" in self.given or self.described else [*lacks, "use"]

    def link(self, path: str = "/claim", **changes: str | None) -> str:
        """Return an address with the same parameters but for some; None leaves one out."""
        new = {**self.given, **changes}
        query = urlencode({k: v for k, v in new.items() if v is not None}, safe=",:")
        return f"{path}?{query}" if query else path

    def request(self) -> ScoreClaimRequest:
        """Return the claim. Raises `BadParameter` where something lacks or does not fit."""
        if self.missing:
            raise BadParameter(
                f"Still needed: {', '.join(self.missing)}.", parameter=self.missing[0]
            )
        use: Any = self.given.get("use")
        given = [*self.described, *(n for n in ("domain", "title") if n in self.given)]
        if use and given:
            name = given[0]
            raise BadParameter(
                f"{name} describes a use and use={use} names a stored one. Give one of the two.",
                on_page=OnPage(
                    "This address names a recorded use and describes another. Give one of the two.",
                    beside="use",
                    heading="One use at a time",
                ),
                parameter=name,
            )
        fields = {name: self.given[name] for name in FIELDS if name in self.given}
        return parse_request({**fields, "use": use or self._description()})

    def _description(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "characteristics": {name: codes.split(",") for name, codes in self.described.items()}
        }
        if domain := self.given.get("domain"):
            found["domains"] = [domain]
        return {**found, "title": self.given.get("title")}

    @property
    def fit_link(self) -> str:
        """The address at which other benchmarks are compared for the same use."""
        return self._of_use("/fit", title="title")

    def plan_link(self, benchmark: str) -> str:
        """Return the address at which tests of a benchmark are planned for the same use."""
        return self._of_use("/plans", title="use", card=benchmark)

    def _of_use(self, path: str, title: str, **further: str) -> str:
        """Return an address about the use; `title` is how its name is called there."""
        called = {"use": "deployment", "title": title, "domain": "domain"}
        kept = {new: self.given[old] for old, new in called.items() if old in self.given}
        return f"{path}?{urlencode({**self.described, **kept, **further}, safe=',:')}"


def parse(pairs: Iterable[tuple[str, str]], schemes: Schemes) -> ClaimAddress:
    """Return what an address holds; a dimension that is repeated holds several values.

    Raises `BadParameter` for a name that is not known, and for a field that is given twice.
    """
    found: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        if value.strip():
            parts = value.split(",") if name in schemes else [value.strip()]
            found.setdefault(name, {}).update(dict.fromkeys(parts))
    parameters.only(found, (*CONTROLS, *schemes), "This address")
    if twice := [name for name in CONTROLS if len(found.get(name, ())) > 1]:
        raise BadParameter(f"{twice[0]} is given twice. Give it once.", parameter=twice[0])
    return ClaimAddress(
        {name: ",".join(parts) for name, parts in found.items()}, frozenset(schemes)
    )
