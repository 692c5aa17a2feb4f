"""The two addresses of a list of things: its page, and the same as CSV."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from fastapi import APIRouter, Request, Response

from service.common.csv_tables import csv_text
from service.store.port import Engine
from service.web.dependencies import Services, ServicesDep
from service.web.pages.layout import page
from service.web.pages.shared import saved
from service.web.pages.shared.listing import ListedThing, Narrowed, Shown, ThingList, narrowed

Given = Iterable[tuple[str, str]]
"""The parameters of an address."""


def _as_given(_: Engine, given: Given) -> Given:
    return given


@dataclass(frozen=True)
class ListRoutes(Generic[Shown]):
    """A list of things of one kind: its name in addresses, and what makes it.

    A `kind` of None is not searched by words. `words` is what its template is given beside the
    list; `today` replaces ids in parameters that were given up by those of today.
    """

    name: str
    kind: str | None
    things: Callable[[Engine], ThingList[Shown]]
    csv_row: Callable[[ListedThing[Shown]], Mapping[str, Any]]
    words: Mapping[str, Any]
    today: Callable[[Engine, Given], Given] = _as_given

    def add_to(self, router: APIRouter) -> None:
        """Add the addresses of the list."""
        router.add_api_route(f"/{self.name}", self.shown, name=f"{self.name}_page")
        router.add_api_route(f"/{self.name}.csv", self.table, name=f"{self.name}_csv")

    def shown(self, request: Request, services: ServicesDep) -> Response:
        """Show the things that an address asks for."""
        found = self._found(request, services)
        return page(request, f"pages/{self.name}/{self.name}.html", {"found": found, **self.words})

    def table(self, request: Request, services: ServicesDep) -> Response:
        """Return the things that the same address shows, on all its pages, as CSV."""
        rows = [self.csv_row(thing) for thing in self._found(request, services).every]
        return saved.table(csv_text(rows), services.engine)

    def _found(self, request: Request, services: Services) -> Narrowed[Shown]:
        given = self.today(services.engine, request.query_params.multi_items())
        return narrowed(services.engine, self.kind, self.things(services.engine), given)
