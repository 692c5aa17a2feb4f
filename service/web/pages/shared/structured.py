"""What a page is about in the words of schema.org, for search engines of data sets.

A licence is given for what EvalGap's maintainers wrote alone; what others wrote has theirs.
"""

from collections.abc import Mapping
from typing import Any

from loaders.mapping.iris import BASE
from loaders.model import Agent, Card, Gap
from service.common.amounts import figure
from service.linked_data.licences import CC_BY

Structured = Mapping[str, Any]
"""JSON-LD, without what is not known."""

OURS = "evalgap"
"""The id of the maintainers as an author."""


def gap(found: Gap, base: str) -> Structured:
    """Return a measured gap as a data set of its numbers."""
    address = f"{base}/gaps/{found.id}"
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": f"{BASE}id/gap/{found.id}",
            "name": found.title,
            "description": f"{found.title}: {figure(found)}, with every number behind it.",
            "url": address,
            "datePublished": found.issued,
            **_written(found.author),
            "isBasedOn": [source.url for source in found.sources],
            "distribution": [
                _file(f"{address}.csv", "text/csv"),
                _file(f"{base}/api/v1/gaps/{found.id}", "application/json"),
            ],
        }
    )


def card(found: Card, base: str) -> Structured:
    """Return a page about a benchmark: about which data set it is, and who says so."""
    about = {
        "@type": "Dataset",
        "name": found.title,
        "description": found.description or f"The benchmark {found.title}.",
        "sameAs": [*found.publications, *found.pages],
        "inLanguage": list(found.languages),
    }
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "name": f"What {found.title} takes for granted",
            "url": f"{base}/benchmarks/{found.benchmark.id}",
            "datePublished": found.issued,
            "lastReviewed": found.checked.isoformat() if found.checked else None,
            **_written(found.author),
            "about": _known(about),
        }
    )


def whole(base: str) -> Structured:
    """Return the graph as one data set with the files that hold it."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": "EvalGap: what AI benchmarks assume, and where it fails",
        "description": "An open knowledge graph of benchmarks, their assumptions, deployments, and "
        "gaps measured between them, each with its source.",
        "url": f"{base}/",
        "license": str(CC_BY),
        "distribution": [_file(f"{base}/dump.nq.gz", "application/n-quads")],
    }


def _written(author: Agent) -> dict[str, Any]:
    kind = "Organization" if author.id == OURS else "Thing"
    said: dict[str, Any] = {"creator": {"@type": kind, "name": author.name}}
    return said | ({"license": str(CC_BY)} if author.id == OURS else {})


def _file(address: str, media: str) -> dict[str, str]:
    return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media}


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}
