"""Dataset and resource limits of an untrusted query. Imports little, for the readers."""

from dataclasses import dataclass
from typing import Literal

ResultForm = Literal["bindings", "boolean", "graph"]


@dataclass(frozen=True)
class QueryDataset:
    """Which graphs a query sees; by default the union of all graphs.

    `default` and `named` are the graph IRIs of the SPARQL 1.1 Protocol, empty when not given.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


EVERYTHING = QueryDataset()


@dataclass(frozen=True)
class Limits:
    """Limits of one untrusted query: seconds, rows of the result, bytes of the result."""

    seconds: float = 30.0
    rows: int = 1_000_000
    bytes: int = 64 * 2**20


@dataclass(frozen=True)
class Query:
    """An untrusted query: its text, the media type of the result, its dataset and its limits.

    `base` resolves relative IRIs; without one they do not parse.
    """

    sparql: str
    media: str
    dataset: QueryDataset = EVERYTHING
    limits: Limits = Limits()
    base: str | None = None


@dataclass(frozen=True)
class Update:
    """A SPARQL update: its text, the graphs that its WHERE clauses see, its base and its time.

    `using` are the graph IRIs of the SPARQL 1.1 Protocol; `seconds` lowers the limit of time.
    """

    sparql: str
    using: QueryDataset = EVERYTHING
    base: str | None = None
    seconds: float | None = None
