"""N-Quads, read and written by Oxigraph's parser: lines with their graphs, and TriG of them."""

from collections.abc import Iterator
from gzip import GzipFile
from typing import IO, Any

import pyoxigraph as ox


def graph_and_line(chunk: bytes) -> Iterator[tuple[str, str]]:
    """Yield each statement of a piece of N-Quads: the name of its graph, as N-Quads, and its line.

    The default graph has no name: "". Raises `SyntaxError` for what is no N-Quads.
    """
    for quad in ox.parse(chunk, format=ox.RdfFormat.N_QUADS, lenient=True):
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else f"{quad.graph_name}"
        yield name, f"{quad} .\n"


def write_trig(nquads: IO[bytes] | GzipFile, stream: IO[bytes]) -> None:
    """Write N-Quads as TriG, without holding more than a statement in memory."""
    lines: Any = nquads  # a gzip file, which does not say that it is what pyoxigraph asks for
    quads = ox.parse(lines, format=ox.RdfFormat.N_QUADS, lenient=True)
    ox.serialize(quads, stream, format=ox.RdfFormat.TRIG)
