"""Where names lead: ontology, shapes, JSON-LD context, and everything that has an IRI of ours.

The name of a thing answers 303 with the address of the document about it, below `/doc`; with
a suffix it answers at once. A graph and the ontology are documents and answer 200.
"""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from rdflib import OWL, Graph, URIRef

from loaders.mapping.context import context
from loaders.mapping.iris import BASE, DCAT, bind
from service.common.negotiation import SUFFIXES, choose, split_suffix
from service.common.problems import NotFound
from service.linked_data import ontology_page, presentation, resource
from service.linked_data.resource import ResourceDescription
from service.ontology import graphs
from service.web.dependencies import Services, ServicesDep
from service.web.linked_data.descriptions import base_of, turtle_first
from service.web.pages.layout import page
from service.web.responses import Writers, rdf_writers, respond, uri

router = APIRouter(tags=["vocabulary"])

SPACES = ("id", "scheme", "value", "code", "dimension")
"""The first steps of the names of things."""

_FORMS = {
    "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML", "trig": "TriG",
    "nq": "N-Quads", "json": "JSON",
}  # fmt: skip
_OFFERED = [*(SUFFIXES[suffix] for suffix in _FORMS), "text/html"]
_PLACES = {
    "benchmark": "benchmarks",
    "card": "cards",
    "deployment": "deployments",
    "gap": "gaps",
    "review": "reviews",
    "plan": "plans",
    "match": "matches",
}


@router.get("/ontology/context.jsonld", include_in_schema=False)
def json_ld_context() -> Response:
    """Return the JSON-LD context of the API's answers."""
    return JSONResponse(context(), media_type="application/ld+json")


@router.get("/ontology")
@router.get("/ontology.{suffix}", include_in_schema=False)
def ontology(request: Request, services: ServicesDep) -> Response:
    """Return the ontology with its schemes; as a page, its terms."""
    found = resource.vocabulary(graphs.taxonomy(), URIRef(f"{BASE}ontology"))
    suffix = request.path_params.get("suffix")
    return _document(request, services, found, "ontology", suffix)


@router.get("/ontology/{version}")
def ontology_version(version: str, request: Request, services: ServicesDep) -> Response:
    """Return a version of the ontology; only the current one is kept here."""
    number, suffix = split_suffix(version, _OFFERED)
    iri = URIRef(f"{BASE}ontology/{number}")
    known = list(graphs.taxonomy().objects(None, OWL.versionIRI))
    if iri not in known:
        raise NotFound(
            f"Version {number!r} of the ontology is not served here: only the current one is.",
            known=known,
        )
    found = resource.vocabulary(graphs.taxonomy(), iri)
    return _document(request, services, found, f"ontology/{number}", suffix)


@router.get("/shapes")
@router.get("/shapes.{suffix}", include_in_schema=False)
def shapes(request: Request) -> Response:
    """Return the SHACL shapes that every record has to satisfy."""
    copy = bind(Graph())
    copy += graphs.shapes()
    return turtle_first(request, copy, request.path_params.get("suffix"))


@router.get("/graph/{path:path}")
def graph(path: str, request: Request, services: ServicesDep) -> Response:
    """Return exactly the statements of a named graph."""
    ident, suffix = split_suffix(f"graph/{path}", _OFFERED)
    found = resource.whole_graph(services.engine, resource.named(ident))
    return _document(request, services, found, ident, suffix)


@router.get("/doc/{path:path}")
def document(path: str, request: Request, services: ServicesDep) -> Response:
    """Return what is known of a thing: its statements, its parts, and what refers to it."""
    ident, suffix = split_suffix(path, _OFFERED)
    if ident.partition("/")[0] not in SPACES:
        raise NotFound(f"There is no document /doc/{path}.", known=[f"/doc/{s}" for s in SPACES])
    found = resource.describe(services.engine, resource.named(ident))
    return _document(request, services, found, f"doc/{ident}", suffix)


def add_space(space: str) -> None:
    """Add the names that begin with `space`: each leads to the document about it."""

    def dereference(path: str, request: Request, services: ServicesDep) -> Response:
        """Lead from the name of a thing to the document about it; with a suffix, return it."""
        ident, suffix = split_suffix(f"{space}/{path}", _OFFERED)
        if suffix:
            return document(f"{space}/{path}", request, services)
        resource.check(services.engine, resource.named(ident))
        # before the client is sent on to what it cannot read
        choose(request.headers.get("accept"), _OFFERED, request.query_params.get("format"))
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/doc/{ident}{query}", 303, {"Vary": "Accept"})

    router.add_api_route(f"/{space}/{{path:path}}", dereference, methods=["GET"])


for _space in SPACES:
    add_space(_space)


def _page(services: Services, found: ResourceDescription) -> tuple[str, dict[str, Any]]:
    """Return the template of a page and what it shows: of the ontology, its documentation."""
    if found.subject == URIRef(f"{BASE}ontology"):
        return "linked_data/ontology.html", {**ontology_page.page(), "iri": found.iri}
    page = presentation.page(services.engine, resource.with_provenance(services.engine, found))
    return "linked_data/resource.html", {
        **page,
        "record": _record(found),
        "for_readers": _for_readers(found),
    }


def _document(
    request: Request,
    services: Services,
    found: ResourceDescription,
    path: str,
    suffix: str | None,
) -> Response:
    """Answer with a description in the requested form; `path` is its own address."""
    canonical = f"{base_of(request)}/{path}"
    forms = [
        {"media": SUFFIXES[name], "name": words, "href": f"/{path}.{name}"}
        for name, words in _FORMS.items()
    ]

    def as_page() -> bytes:
        template, words = _page(services, found)
        shown = {**words, "canonical": canonical, "forms": forms}
        return bytes(page(request, template, shown).body)

    links = [
        f'<{uri(canonical)}>; rel="canonical"',
        *([f'<{found.iri}>; rel="describes"'] if path.startswith("doc/") else []),
        *(f'<{base_of(request)}{f["href"]}>; rel="alternate"; type="{f["media"]}"' for f in forms),
    ]
    writers = {**_writers(found), "text/html": as_page}
    return respond(request, writers, suffix, Link=", ".join(links))


def _writers(found: ResourceDescription) -> Writers:
    triples = rdf_writers(found.graph)
    return {
        "text/turtle": triples["text/turtle"],
        **triples,
        "application/trig": partial(found.dataset, "application/trig"),
        "application/n-quads": partial(found.dataset, "application/n-quads"),
        "application/json": triples["application/ld+json"],
    }


def _record(found: ResourceDescription) -> str | None:
    """Return the address in the API of what is described, if it has one of its own."""
    _, _, path = str(found.iri).removeprefix(BASE).partition("id/")
    kind, _, ident = path.partition("/")
    is_record = any(predicate == DCAT.isVersionOf for _, predicate, *_ in found.own)
    if kind in _PLACES and (is_record or "/" not in ident):
        return f"/api/v1/{_PLACES[kind]}/{ident}"
    return None


def _for_readers(found: ResourceDescription) -> str | None:
    """Return the address of the page that people read of a benchmark."""
    _, kind, ident = str(found.iri).removeprefix(BASE).rpartition("id/benchmark/")
    return f"/benchmarks/{ident}" if kind else None
