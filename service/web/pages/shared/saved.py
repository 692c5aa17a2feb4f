"""What every figure offers to take away: its address, SVG, PNG, CSV, and how to cite it."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import Response

from service.bibliography.formats import escaped
from service.common.csv_tables import csv_text
from service.common.negotiation import choose
from service.common.problems import NotFound
from service.ingest.seeding import DataRelease, stored_release
from service.store.port import Engine
from service.web.pages.shared import picture
from service.web.pages.shared.heat import HeatPicture, heat_svg
from service.web.pages.shared.picture import PlotPicture
from service.web.responses import RELEASE

Picture = PlotPicture | HeatPicture
"""A figure as it is saved: a plot of rows, or a table of counts."""
SVG, PNG, CSV = "image/svg+xml", "image/png", "text/csv"
FORMS = (SVG, PNG, CSV)
"""The forms in which a figure is saved; the suffix of an address chooses one."""


@dataclass(frozen=True)
class Place:
    """The page that is shown: its whole address, path and query, and the release of its data."""

    address: str
    path: str
    query: str
    release: DataRelease | None


@dataclass(frozen=True)
class SavedFigure:
    """One figure of a page: the id of its element, its forms, and its citation."""

    anchor: str
    forms: tuple[tuple[str, str], ...]
    text: str
    bibtex: str


def offered(place: Place, title: str, name: str = "", path: str = "", csv: str = "") -> SavedFigure:
    """Return what a figure offers.

    `name` tells it from others of the page; `path` is the address of its forms without suffix,
    else that of the page; `csv` is another address of its data.
    """
    anchor = f"figure-{name}" if name else "figure"
    stem, _, query = (path or f"{place.path}?{place.query}").partition("?")
    forms = {s: f"{stem}.{s}{f'?{query}' if query else ''}" for s in ("svg", "png", "csv")}
    address = f"{place.address}#{anchor}"
    return SavedFigure(
        anchor,
        tuple((s.upper(), (csv if s == "csv" else "") or made) for s, made in forms.items()),
        _text(title, address, place.release),
        _bibtex(title, address, place.release),
    )


def _text(title: str, address: str, release: DataRelease | None) -> str:
    year = (release.day[:4] if release else "") or "n.d."
    data = f" Data release {release.short}." if release else ""
    return f"EvalGap. ({year}). {title.rstrip('.')} [Figure].{data} {address}"


def _bibtex(title: str, address: str, release: DataRelease | None) -> str:
    fields = {
        "author": "{EvalGap}",
        "title": f"{{{escaped(title)}}}",
        "year": release.day[:4] if release else "",
        "howpublished": "Figure",
        "note": f"Data release {release.short}" if release else "",
        "url": address,
    }
    lines = [f"  {field} = {{{words}}}," for field, words in fields.items() if words]
    key = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    return "\n".join([f"@misc{{evalgap-{key},", *lines, "}"])


def one_of(drawn: Mapping[str, Picture], name: str) -> Picture:
    """Return the figure of a name. Raises `NotFound` where a page draws none of it."""
    if name not in drawn:
        has = f"It draws {', '.join(drawn)}." if drawn else "It draws none."
        raise NotFound(f"This page draws no figure {name!r}. {has}")
    return drawn[name]


def inside_page(drawn: Picture) -> Iterator[tuple[str, str]]:
    """Yield the forms of a figure as addresses that hold all of it, since nothing is stored."""
    for form, media in (("SVG", SVG), ("PNG", PNG), ("CSV", CSV)):
        text = base64.b64encode(bytes(answer(drawn, form.lower(), None).body)).decode()
        yield form, f"data:{media};base64,{text}"


def answer(drawn: Picture | None, form: str, engine: Engine | None) -> Response:
    """Return a figure in the form of a suffix. Raises `NotAcceptable` for another one.

    Picture and answer name the data release of the store, if the figure is of one. Raises
    `NotFound` where nothing is drawn.
    """
    if drawn is None:
        raise NotFound("Nothing of this is drawn: no figure is a difference in points.")
    media = choose(None, FORMS, form)
    if media == CSV:
        return table(csv_text(drawn.table()), engine)
    about = f"EvalGap, data release {found.short}" if (found := _release(engine)) else ""
    text = heat_svg(drawn, about) if isinstance(drawn, HeatPicture) else picture.svg(drawn, about)
    content = text if media == SVG else picture.png(text, about)
    return Response(content, headers=_headers(engine), media_type=media)


def table(text: str, engine: Engine | None) -> Response:
    """Return what a page shows as CSV; the answer names the data release of the store."""
    return Response(text, headers=_headers(engine), media_type=f"{CSV}; charset=utf-8")


def _release(engine: Engine | None) -> DataRelease | None:
    return stored_release(engine) if engine else None


def _headers(engine: Engine | None) -> dict[str, str]:
    return {RELEASE: found.short} if (found := _release(engine)) else {}
