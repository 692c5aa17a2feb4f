"""One benchmark: its cards side by side, a deployment beside them, and everything else in tabs."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from loaders.mapping.iris import bind
from service.common import parameters
from service.common.problems import BadParameter, OnPage
from service.ingest.seeding import stored_release
from service.ontology import labels
from service.ontology.old_codes import dimension_and_code, to_recode
from service.store.rdf_input import write
from service.web.dependencies import Services, ServicesDep
from service.web.linked_data.descriptions import base_of
from service.web.pages.benchmark import citation, history, measured_gaps, related, view
from service.web.pages.benchmark.view import BenchmarkPage
from service.web.pages.layout import page
from service.web.pages.shared import frames, structured

router = APIRouter(include_in_schema=False)

TABS: Mapping[str, str] = {
    "assumptions": "Assumptions",
    "results": "Results and gaps",
    "history": "History",
    "cite": "Cite",
    "rdf": "RDF",
    "downloads": "Downloads",
}
"""Every tab with its name; the first is the default."""
_PARAMETERS = ("deployment", "tab", "card", "from", "to")
_WORDS = {
    "label": labels.label,
    "is_to_recode": lambda path: to_recode(*dimension_and_code(path)),
    "definition": labels.definition,
    "value": measured_gaps.value,
    "size": measured_gaps.size,
    "intervals": measured_gaps.intervals,
}
_FORMS = {
    "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML",
}  # fmt: skip


@router.get("/benchmarks/{ident}")
def benchmark(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show a benchmark; the tab, the deployment and the versions compared are in the address."""
    parameters.only(request.query_params, _PARAMETERS, "This address")
    given = {name: value for name, value in request.query_params.items() if value}
    tab = _tab(given.get("tab", next(iter(TABS))))
    found = view.benchmark(services.engine, ident, given.get("deployment"))
    shown = {
        "found": found,
        "tabs": TABS,
        "tab": tab,
        "forms": _FORMS,
        "badge": frames.badge(base_of(request), found.id, found.title),
        "structured": structured.card(found.cards[0].card, base_of(request)),
        **_WORDS,
        **_SHOWN[tab](services, found, given),
    }
    return page(request, "pages/benchmark/benchmark.html", shown)


def _tab(given: str) -> str:
    if given in TABS:
        return given
    raise BadParameter(
        f"tab is one of {', '.join(TABS)}, not {given!r}.",
        on_page=OnPage(f"There is no tab {given!r}.", given, tuple(TABS), titles=TABS),
        parameter="tab",
        value=given,
        known=list(TABS),
    )


_Given = Mapping[str, str]


def _assumptions(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    del given
    return {
        "choices": view.choices(services.engine, found.id),
        "matched": related.matched(services.engine, found.id),
    }


def _results(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    del given
    return {
        "gaps": measured_gaps.gaps(services.engine, found.id),
        "otherwise": measured_gaps.otherwise(services.engine, found.id),
        "runs": related.runs(services.engine, found.id),
    }


def _history(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    """Return the versions of every card and, of the requested card, what two of them differ in."""
    every = {w.card.id: history.versions(services.engine, w.card.id) for w in found.cards}
    chosen = given.get("card", next(iter(every)))
    if chosen not in every:
        raise BadParameter(
            f"card: {found.id} has no card {chosen!r}. Take one of: {', '.join(every)}.",
            on_page=OnPage(
                f"There is no card {chosen!r} of this benchmark.",
                chosen,
                tuple(every),
                titles={w.card.id: f"the card by {w.card.author.name}" for w in found.cards},
            ),
            parameter="card",
            value=chosen,
            known=list(every),
        )
    last = len(every[chosen])
    before = parameters.number(given.get("from", max(1, last - 1)), "from")
    after = parameters.number(given.get("to", last), "to")
    changes = history.difference(services.engine, chosen, before, after) if last > 1 else ()
    return {
        "authors": {w.card.id: w.card.author.name for w in found.cards},
        "versions": every, "chosen": chosen, "before": before, "after": after, "changes": changes
    }  # fmt: skip


def _cite(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    del given
    release = stored_release(services.engine)
    words = release.short if release else ""
    return {"references": [(w, citation.reference(w, words)) for w in found.cards]}


def _rdf(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    del services, given
    graph = bind(sum((w.graph for w in found.cards[1:]), found.cards[0].graph))
    return {
        "turtle": write(graph, "text/turtle").decode(),
        "jsonld": write(graph, "application/ld+json").decode(),
    }


def _downloads(services: Services, found: BenchmarkPage, given: _Given) -> dict[str, Any]:
    del given
    return {"reviewed": view.choices(services.engine, found.id).reviewed}


_SHOWN: Mapping[str, Callable[[Services, BenchmarkPage, _Given], dict[str, Any]]] = {
    "assumptions": _assumptions,
    "results": _results,
    "history": _history,
    "cite": _cite,
    "rdf": _rdf,
    "downloads": _downloads,
}
