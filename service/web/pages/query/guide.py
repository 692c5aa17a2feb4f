"""The worked queries of the page for those who write SPARQL: one file each in `worked/`."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from service.common.resources import inside


@dataclass(frozen=True)
class WorkedQuery:
    """A query with what it asks, what can be learnt from it, and the address at which it runs."""

    title: str
    lesson: str
    sparql: str

    @property
    def address(self) -> str:
        """The page that runs it."""
        return f"/query?{urlencode({'query': self.sparql})}"


@cache
def worked_queries() -> tuple[WorkedQuery, ...]:
    """Return them in the order of their files, from simple to rich."""
    return tuple(
        _read(path.read_text(encoding="utf-8"))
        for path in sorted(inside("web", "pages", "query", "worked").glob("*.rq"))
    )


def _read(text: str) -> WorkedQuery:
    title, lesson, sparql = text.split("\n", 2)
    return WorkedQuery(title.removeprefix("# "), lesson.removeprefix("# "), sparql.rstrip())
