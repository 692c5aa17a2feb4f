"""EvalGap for programs: what AI benchmarks take for granted, and whether it holds in use.

>>> import evalgap
>>> with evalgap.open() as graph:
...     found = graph.named("verdict-counts", deployment="public-self-assessment")

The command is `evalgap`, or `python -m evalgap`. All else that the distribution installs, the
packages `service` and `loaders`, is private to it. DESIGN: one-name
"""

from importlib.metadata import version
from os import PathLike

from evalgap.errors import Error
from evalgap.graph import Graph, opened

__all__ = ["Error", "Graph", "__version__", "open"]

__version__ = version("evalgap")


def open(store: str | PathLike[str] | None = None) -> Graph:  # noqa: A001 - as `dbm.open`
    """Open a store for reading: its folder, or the address of its SPARQL server.

    None is the shipped data, read into memory in some seconds. Another process may have the
    store open. Raises `Error` where there is none, and `ImportError` where a package of somebody
    else has the name of one of EvalGap's.
    """
    return opened(store)
