"""Where each kind of thing has its page."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from service.search.find import Hit
from service.search.score_in_words import ScoreInWords

_PAGES: Mapping[str, str] = {
    "benchmark": "/benchmarks/",
    "deployment": "/deployments/",
    "gap": "/gaps/",
    "system": "/systems/",
    "study": "/studies/",
    "review": "/reviews/",
    "source": "/sources/",
    "question": "/queries/",
    "dataset": "/datasets/",
    "implementation": "/implementations/",
    "result": "/results/",
}


def list_of(kind: str) -> str:
    """Return the address of the list of a kind of thing; nothing where there is none."""
    return _PAGES.get(kind, "").rstrip("/")


def page_of(hit: Hit) -> str:
    """Return the address of the page about what was found; of a source without one its own."""
    return hit.address if hit.address and "/" in hit.id else thing(hit.kind, hit.id)


def thing(kind: str, ident: str) -> str:
    """Return the address of the page of a thing."""
    if kind == "term":
        path = ident.removeprefix("value/").removeprefix("code/")
        return f"/{path}" if path.startswith("scheme/") else f"/terms/{path}"
    return f"{_PAGES.get(kind, f'/id/{kind}/')}{quote(ident)}"


def claim_page(score: ScoreInWords) -> str:
    """Return the address at which a stated score is checked for a use that is still to be named."""
    model = {"model": score.model} if score.model else {}
    return f"/claim?{urlencode({'benchmark': score.benchmark, 'score': score.score, **model})}"
