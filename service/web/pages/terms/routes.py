"""`/terms`: every term by scheme, or those with some words; `/terms/{scheme}/{code}`: one."""

from typing import Any

from fastapi import APIRouter, Request, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from loaders.model import CORE_DIMENSIONS
from service.common import parameters
from service.fit import coded
from service.ontology import dimensions, labels, terms
from service.search.listed import with_words
from service.search.words import shortened
from service.web.dependencies import ServicesDep
from service.web.pages.guides import manual, rules
from service.web.pages.layout import page

router = APIRouter(include_in_schema=False)
_INLINE = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink"])
MOST = 50
"""The most terms that a search shows."""
KINDS = {
    "card": ("card of a benchmark", "cards of benchmarks"),
    "profile": ("profile of a deployment", "profiles of deployments"),
    "gap": ("gap", "gaps"),
    "review": ("review", "reviews"),
    "result": ("result of a run", "results of runs"),
    "dataset-card": ("card of a dataset", "cards of datasets"),
    "implementation-card": ("card of an implementation", "cards of implementations"),
    "system-card": ("card of a system", "cards of systems"),
    "study-card": ("card of a study", "cards of studies"),
    "flag": ("flag on a figure", "flags on figures"),
    "plan": ("plan", "plans"),
    "match": ("match", "matches"),
}
"""Kinds of records in words, for one and for many, in the order in which they are counted."""


@router.get("/terms")
def list_terms(request: Request, services: ServicesDep) -> Response:
    """Show every term by its scheme, or the terms with some words."""
    parameters.only(request.query_params, ("q",), "This address")
    words = shortened(request.query_params.get("q", ""))
    every = terms.groups()
    shown: dict[str, Any] = {
        "words": words,
        "found": with_words(services.engine, words) if words else (),
        "most": MOST,
        "total": len(terms.known()),
        "core": CORE_DIMENSIONS,
        "dimensions": [t for g in every if g.scheme == terms.DIMENSION for t in g.terms],
        "groups": every,
        "label": labels.label,
    }
    return page(request, "pages/terms/terms.html", shown)


@router.get("/terms/{scheme}/{code}")
def term(scheme: str, code: str, request: Request, services: ServicesDep) -> Response:
    """Show what a term means, who is coded so, and what it is called elsewhere."""
    parameters.only(request.query_params, (), "This address")
    found = terms.term(f"{scheme}/{code}")
    shown = {
        "found": found,
        "coded": coded.coded(services.engine, found.name.id),
        "uses": coded.uses(services.engine, found.name.id),
        "kinds": KINDS,
        "core": CORE_DIMENSIONS,
        "measured": dimensions.dimensions(services.engine),
        "scheme_label": _scheme_label(scheme),
        "of_dimension": f"{terms.DIMENSION}/{scheme}" in terms.known(),
        "inline": _inline,
        "slug": manual.slug,
        "label": labels.label,
    }
    return page(request, "pages/terms/term.html", shown)


def _inline(text: str) -> Markup:
    """Return a passage of the codebook as HTML, each rule that it names as a link to the rule."""
    tokens = _INLINE.parseInline(text)
    rules.link_rules(tokens)
    html = _INLINE.renderer.render(tokens, _INLINE.options, {})
    return Markup(html)  # noqa: S704 - no HTML passes


def _scheme_label(scheme: str) -> str:
    """Return what a scheme is called: that of the values of a dimension by its plain name."""
    if f"{terms.DIMENSION}/{scheme}" in terms.known():
        return labels.plain_name(scheme)
    return next(group.label for group in terms.groups() if group.scheme == scheme)
