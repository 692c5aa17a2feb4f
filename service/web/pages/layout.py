"""The frame around every page: templates, the words and signs they share, and what all show."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from loaders.model import NO_INTERVAL, RATIOS, UNDIRECTED, interval_words
from loaders.reading.source_fields import for_readers
from loaders.writers.source import source_tree
from service.bibliography import addresses, works
from service.common import countries, languages
from service.common.amounts import (
    QUALIFIERS,
    against_none,
    amount,
    figure,
    interval,
    kind_of_gap,
    level,
)
from service.common.digits import computed, counted, percent, plural, printed
from service.common.resources import VERSION, inside
from service.common.unread import noted
from service.fit.claims import DeploymentClaims
from service.ingest.seeding import stored_release
from service.linked_data.statistics import modified
from service.ontology import labels
from service.ontology.labels import plain_name
from service.ontology.plain_names import PLAIN, VERDICTS, plain, with_term
from service.ontology.terms import id_of
from service.queries.cache import cached_per_state
from service.store.port import Engine
from service.web import thing_pages
from service.web.dependencies import services as services_of
from service.web.pages.shared.deployment_choices import by_field
from service.web.pages.shared.frames import snippet
from service.web.pages.shared.glyphs import SIGNS
from service.web.pages.shared.numbers import unit_of
from service.web.pages.shared.saved import Place, SavedFigure, offered
from service.web.pages.shared.titles import titles

INDEX: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Use": (
        ("/claim", "Check a claim"),
        ("/fit", "Fit a deployment"),
        ("/benchmarks", "Benchmarks"),
        ("/deployments", "Deployments"),
        ("/gaps", "Gaps"),
        ("/evidence", "Evidence"),
    ),
    "Browse": (
        ("/coverage", "Coverage"),
        ("/studies", "Studies"),
        ("/reviews", "Reviews"),
        ("/sources", "Sources"),
        ("/systems", "Systems"),
        ("/datasets", "Datasets"),
        ("/gaps/ledger", "Recomputed numbers"),
        ("/flags", "Questioned figures"),
        ("/queries", "Questions"),
        ("/terms", "Terms"),
    ),
    "Contribute": (
        ("/author/new", "Describe a benchmark"),
        ("/deployments/new", "Describe a deployment"),
        ("/reviews/new", "Review a benchmark"),
        ("/author", "Check a card"),
        ("/plans", "Plan tests"),
        ("/gaps/decompose", "Decompose a gap"),
    ),
    "Developers": (
        ("/query", "SPARQL"),
        ("/docs", "API"),
        ("/ontology", "Ontology"),
        ("/guides", "Guides"),
        ("/guides/manual", "Manual"),
    ),
}
"""The pages that every page leads to, by what a reader is about: address and name.

All stand in the foot; those of use stand in the header as well, so that these are few and short.
A page joins when it is served, since tests follow every link.
"""

SEARCH = "/search"
"""Where the search box of the header leads."""

_ADDRESS = re.compile(rb"""(\s(?:href|src|action|formaction|hx-get|hx-post|hx-push-url)=")/(?!/)""")
_CAMEL = re.compile(r"(?<=[a-z])([A-Z])")
_templates = Jinja2Templates(directory=inside("web"))
_templates.env.globals.update(
    noted=noted,
    VERSION=VERSION,
    INDEX=INDEX,
    SEARCH=SEARCH,
    thing=thing_pages.thing,
    PLAIN=PLAIN,
    VERDICTS=VERDICTS,
    QUALIFIERS=QUALIFIERS,
    SIGNS=SIGNS,
    term_of=labels.of,
    snippet=snippet,
)
# the title of a list that is narrowed says by what; three reasons are as many as one reads
_templates.env.filters["narrowed"] = lambda title, by: (
    f"{title} ({'; '.join(by[:3])}{', and more' if by[3:] else ''})" if by else title
)
_templates.env.filters["spaced"] = lambda code: str(code).replace("-", " ")
_templates.env.filters["verdict"] = lambda code: VERDICTS.get(code, str(code).replace("-", " "))
_templates.env.filters["with_term"] = lambda code: with_term(code, code.replace("-", " "))
_templates.env.filters["plainly"] = lambda code: plain(code, code.replace("-", " "))
# a time of the service, which is in UTC, to the minute
_templates.env.filters["moment"] = lambda at: f"{str(at)[:16].replace('T', ' ')} UTC"
_templates.env.filters["sentence"] = lambda said: f"{said[:1].upper()}{said[1:].rstrip('.')}."
# a label inside a sentence; what stands in capitals further on, as (COFOG), keeps them
_templates.env.filters["inside"] = lambda label: label[:1].lower() + label[1:]
_templates.env.filters["plain"] = plain_name
_templates.env.filters["without_codes"] = labels.without_codes
_templates.env.filters["languages"] = languages.in_words
_templates.env.filters["countries"] = countries.in_words
_templates.env.filters["method"] = labels.interval_method
_templates.env.filters["error_method"] = labels.standard_error
_templates.env.filters["term_id"] = id_of
_templates.env.filters["words"] = lambda name: _CAMEL.sub(r" \1", str(name)).lower()
_templates.env.filters.update(
    number=printed, computed=computed, counted=counted, percent=percent, plural=plural,
    amount=amount, figure=figure, interval=interval, level=level, unit_of=unit_of,
    against_none=against_none, kind_of_gap=kind_of_gap,
)  # fmt: skip
_templates.env.globals.update(
    interval_words=interval_words, no_interval=NO_INTERVAL, ratios=RATIOS, undirected=UNDIRECTED
)
_templates.env.tests["source_form"] = lambda card: source_tree(card) is not None
_templates.env.filters["for_readers"] = for_readers
_engine: ContextVar[Engine | None] = ContextVar("_engine", default=None)
"""The store whose page is being rendered: macros, which get no context, name sources by it."""


def called(ident: str, kind: str) -> str:
    """Return the title of a deployment or benchmark; its id in words where none is known."""
    engine = _engine.get()
    known = titles(engine).get((kind, ident)) if engine else None
    return known or ident.replace("-", " ")


def cited(url: str) -> str:
    """Return how a page calls a source: by its card, or by what its address says itself."""
    engine = _engine.get()
    return works.name_of(engine, url) if engine else addresses.spoken(url)


class _Sourced(Protocol):
    """What has the address of a source."""

    @property
    def url(self) -> str:
        """The address."""


def distinguished(sources: Iterable[_Sourced]) -> list[tuple[_Sourced, _Sourced | None, str]]:
    """Return sources, each with an earlier one of the same name and what tells it from that.

    The name of a work is not repeated as if it were another work.
    """
    first: dict[str, _Sourced] = {}
    found = []
    for source in sources:
        earlier = first.setdefault(cited(source.url), source)
        same = None if earlier.url == source.url else earlier
        found.append((source, same, addresses.distinguished(source.url) if same else ""))
    return found


def deployments_by_field() -> tuple[tuple[str, tuple[DeploymentClaims, ...]], ...]:
    """Return the deployments that a form offers, under their fields."""
    engine = _engine.get()
    return by_field(engine) if engine else ()


_shown_place: ContextVar[Place | None] = ContextVar("_shown_place", default=None)
"""The page that is being rendered, for the citations of its figures."""


def saved_figure(title: str, name: str = "", path: str = "", csv: str = "") -> SavedFigure:
    """Return what a figure of the page that is being rendered offers; see `saved.offered`."""
    return offered(_shown_place.get() or Place("", "", "", None), title, name, path, csv)


_templates.env.globals["saved_figure"] = saved_figure
_templates.env.filters["cited"] = cited
_templates.env.filters["called"] = called
_templates.env.filters["distinguished"] = distinguished
_templates.env.globals["deployments_by_field"] = deployments_by_field

_snapshot = cached_per_state(modified)


def page(request: Request, template: str, shown: Mapping[str, Any], status: int = 200) -> Response:
    """Return a page: its own values, and the date of the graph and the gate for its frame."""
    services = services_of(request)
    settings = services.settings
    release = stored_release(services.engine)
    frame = {
        "snapshot": _snapshot(services.engine) or "",
        "release": release,
        "gate": settings.gate,
        "read_only": settings.read_only,
    }
    here = Place(_link(request)["address"], _path(request), _state(request), release)
    token, placed = _engine.set(services.engine), _shown_place.set(here)
    try:
        return bare(request, template, {**frame, **shown}, status)
    finally:
        _engine.reset(token)
        _shown_place.reset(placed)


def bare(
    request: Request,
    template: str,
    shown: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page that asks nothing of the store, so that it answers when the store does not."""
    prefix, page_path = request.scope.get("root_path", ""), _path(request)
    answer = _templates.TemplateResponse(
        request,
        template,
        {"page_path": page_path, "place": _place(page_path), "link": _link(request), **shown},
        status,
    )
    answer.headers.update({"Vary": "Accept", **(headers or {})})
    if prefix:
        answer.body = under(prefix, bytes(answer.body))
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer


_LONGEST_SHARED = 2_000
"""Characters of the state in an address that a page repeats for those who share it."""


def _link(request: Request) -> Mapping[str, str]:
    """Return the address of this service, and that of the page with its state, if that is short."""
    base, query = str(request.base_url).rstrip("/"), _state(request)
    return {"base": base, "address": f"{base}{quote(_path(request))}{f'?{query}' if query else ''}"}


def _path(request: Request) -> str:
    """Return the path of a page without the prefix of the service."""
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path


def _state(request: Request) -> str:
    """Return the query of an address, if it is short enough to be repeated."""
    return request.url.query if len(request.url.query) <= _LONGEST_SHARED else ""


def _place(path: str) -> str:
    """Return which address of the index a page lies at or below: the longest that fits."""
    found = (a for pages in INDEX.values() for a, _ in pages if f"{path}/".startswith(f"{a}/"))
    return max(found, key=len, default="")


def under(prefix: str, html: bytes) -> bytes:
    """Put a path prefix before every address of a page that begins with a slash.

    Templates, and what fills them, name addresses as if the service stood at the root of its host.
    Text cannot be taken for an attribute: in it, quotes are escaped.
    """
    return _ADDRESS.sub(rb"\1" + prefix.encode() + b"/", html)
