"""The shipped ontology and shapes as graphs, each parsed once."""

from functools import cache

from rdflib import Graph

from service.common.resources import turtle_files


@cache
def shapes() -> Graph:
    """Return the shapes graph."""
    return _parsed("shapes")


@cache
def taxonomy() -> Graph:
    """Return the ontology and the schemes: what every record is judged against."""
    return _parsed("ontology")


def _parsed(folder: str) -> Graph:
    graph = Graph()
    for path in turtle_files(folder):
        graph.parse(path, format="turtle")
    return graph
