"""A page of what an address asks for: how many pages there are, and the rows of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

from service.common.problems import BadParameter, OnPage

Row = TypeVar("Row")
ROWS = 25
"""How many rows one page shows, where nothing else is said."""


def page_count(total: int, size: int) -> int:
    """Return how many pages so many rows fill; one where there are none."""
    return max(1, -(-total // size))


def check_page(number: int, pages: int) -> None:
    """Raise `BadParameter` for the number of a page that is not there."""
    if not 1 <= number <= pages:
        raise BadParameter(
            f"page goes from 1 to {pages} here, not {number}.",
            on_page=OnPage(
                "There is one page." if pages == 1 else f"There are {pages:,} pages.",
                beside="page",
                heading=f"There is no page {number:,}",
            ),
            parameter="page",
            value=number,
        )


class Paged(Generic[Row]):
    """A list that is shown page by page; `number` is the page from 1, `size` its rows.

    A subclass has `every`, the rows of all pages.
    """

    size: ClassVar[int] = ROWS
    number: int

    if TYPE_CHECKING:

        @property
        def every(self) -> Sequence[Row]:
            """The rows of all pages."""

    @property
    def total(self) -> int:
        """How many rows there are on all pages."""
        return len(self.every)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return page_count(self.total, self.size)

    @property
    def first(self) -> int:
        """The place of the first row of this page, from 0."""
        return (self.number - 1) * self.size

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of this page."""
        return self.every[self.first : self.first + self.size]

    def checked(self) -> Self:
        """Return the page itself. Raises `BadParameter` for one that is not there."""
        check_page(self.number, self.pages)
        return self


@dataclass(frozen=True)
class RowPage(Paged[Row]):
    """A page of rows without filters."""

    every: Sequence[Row]
    number: int
