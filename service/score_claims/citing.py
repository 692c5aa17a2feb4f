"""Sources by number, in the order in which they are first named."""

from collections.abc import Iterable

from loaders.model import Citation
from service.score_claims.model import NumberedSource, SourcePlace


class SourceNumbers:
    """Gives each source one number; places in it keep their locator and quote."""

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[str, int] = {}

    def cite(self, url: str, locator: str | None = None, quote: str | None = None) -> SourcePlace:
        """Return a place in a source, which gets a number if it has none yet."""
        number = self._numbers.setdefault(url, len(self._numbers) + 1)
        return SourcePlace(number=number, locator=locator, quote=quote)

    def cited(self, given: Iterable[Citation]) -> list[SourcePlace]:
        """Return the places of citations of a record."""
        return [self.cite(c.url, c.locator, c.quote) for c in given]

    @property
    def listed(self) -> list[NumberedSource]:
        """All that were named."""
        return [NumberedSource(number=n, url=url) for url, n in self._numbers.items()]
