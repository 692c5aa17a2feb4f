"""RDF from strangers: parsed in every syntax, with nothing fetched and nothing unfolded."""

import pyoxigraph as ox
from rdflib import Graph

from loaders.depth import Syntax, TooDeep, check_depth
from service.engines.terms import to_graph
from service.problems import BadRequest, UnsupportedMedia

SYNTAXES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types of RDF that are read."""
_SCANNED: dict[str, Syntax] = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
"""The same, as the scan of depth calls them."""


def parse(data: bytes, media: str, base: str) -> Graph:
    """Return the triples of a text; relative IRIs are resolved against `base`.

    Raises `UnsupportedMedia` for another syntax, and `BadRequest` for text that does not
    parse or nests too deep, for a document type in RDF/XML (its entities could unfold without
    end), and for a JSON-LD context that would have to be fetched.
    """
    if media not in SYNTAXES:
        raise UnsupportedMedia(
            f"RDF is read as {', '.join(SYNTAXES)}, not as {media or 'nothing'!r}."
        )
    if media == "application/rdf+xml" and b"<!DOCTYPE" in data:
        raise BadRequest("The RDF/XML declares a document type. Entities are not expanded here.")
    try:
        check_depth(data, _SCANNED[media])
        quads = ox.parse(data, format=SYNTAXES[media], base_iri=base)
        return to_graph(quad.triple for quad in quads)
    except TooDeep as error:
        raise BadRequest(str(error)) from error
    except (SyntaxError, ValueError) as error:
        raise BadRequest(f"The {media} does not parse: {_plain(error)}") from error


def _plain(error: Exception) -> str:
    if "LoadDocumentCallback" in str(error):
        return "it names a remote context, which is not fetched."
    return " ".join(str(error).split())[:300]
