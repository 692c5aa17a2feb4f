"""The page of a thing with a plot, at whose address with a suffix the plot itself is."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from service.web.dependencies import services
from service.web.pages.layout import page
from service.web.pages.shared import saved
from service.web.pages.shared.picture import PlotPicture


def answer(
    request: Request,
    template: str,
    form: str | None,
    drawn: PlotPicture | None,
    shown: Mapping[str, Any],
) -> Response:
    """Return the plot as the suffix of the address asks, or without one the page that shows it.

    Raises `NotFound` for the plot of a page that has none.
    """
    if form:
        return saved.answer(drawn, form, services(request).engine)
    return page(request, template, {**shown, "drawn": drawn})
