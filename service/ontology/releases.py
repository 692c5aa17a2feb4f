"""What earlier releases served of their vocabulary, kept byte for byte.

A release is one archive, `ontology/releases/{version}.tar.xz`: the ontology and the shapes in each
form in which it served them, and its JSON-LD context. `python -m tests.freeze` makes it. Nothing of
it is loaded into the store or judged against. DESIGN: frozen-releases
"""

import tarfile
from collections.abc import Mapping
from functools import cache

from rdflib import OWL, Graph, URIRef

from loaders.mapping.iris import BASE
from loaders.model import whole_number
from service.common.problems import NotFound
from service.common.resources import resource
from service.ontology import graphs

CONTEXT = "context.jsonld"


@cache
def current() -> str:
    """Return the version of the ontology that records are judged against."""
    return str(graphs.taxonomy().value(URIRef(f"{BASE}ontology"), OWL.versionInfo))


@cache
def kept() -> tuple[str, ...]:
    """Return the versions that are kept, the oldest first."""
    found = resource("ontology", "releases").glob("*.tar.xz")
    versions = (path.name.removesuffix(".tar.xz") for path in found)
    return tuple(sorted(versions, key=order))


def order(version: str) -> tuple[int, ...]:
    """Return what versions are sorted by; a text that is no version comes first."""
    numbers = map(whole_number, version.split("."))
    return tuple(-1 if number is None else number for number in numbers)


@cache
def files(version: str) -> Mapping[str, bytes]:
    """Return what a kept release served, by name: `ontology.ttl`, `shapes.nt`, `context.jsonld`."""
    with tarfile.open(resource("ontology", "releases", f"{version}.tar.xz")) as archive:
        opened = ((member.name, archive.extractfile(member)) for member in archive.getmembers())
        return {name: file.read() for name, file in opened if file}


@cache
def graph(version: str) -> Graph:
    """Return the ontology of a kept release with its schemes."""
    return graphs.from_turtle([files(version)["ontology.ttl"]])


def check(version: str) -> None:
    """Raise `NotFound`, with the versions that there are, for any other."""
    known = dict.fromkeys((*kept(), current()))
    if version not in known:
        raise NotFound(
            f"There is no version {version!r} of the ontology. There are: {', '.join(known)}.",
            known=[f"{BASE}ontology/{number}" for number in known],
        )
