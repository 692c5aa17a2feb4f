"""What is found: the kinds of things, and what is searched of one thing."""

from collections.abc import Mapping
from dataclasses import dataclass

KINDS: Mapping[str, str] = {
    "benchmark": "Benchmarks",
    "deployment": "Deployments",
    "gap": "Gaps",
    "study": "Studies",
    "system": "Systems",
    "term": "Terms",
    "question": "Questions",
    "review": "Reviews",
    "source": "Sources",
    "dataset": "Datasets",
    "implementation": "Implementations",
    "result": "Results of runs",
}
"""Every kind of thing that is found, as people look for them, and what many of it are called."""


@dataclass(frozen=True)
class SearchedThing:
    """One thing: the texts of each field of a search, the first name being what it is called.

    `own` are the addresses of what it is published in, `cited` those that its statements rest on.
    `counted` tells whether it stands on a record that counts (DESIGN: what-counts).
    """

    kind: str
    id: str
    names: tuple[str, ...]
    keywords: str = ""
    codes: str = ""
    people: str = ""
    text: str = ""
    own: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    counted: bool = True
