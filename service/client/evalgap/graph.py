"""A graph that is open for reading."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from evalgap import own
from evalgap.errors import Error

if TYPE_CHECKING:
    from service.store.port import Engine, Row

# ruff: noqa: PLC0415 - EvalGap's own packages are imported once they are known to be its own


class Graph:
    """A graph that is open for reading; `close` it, or use it in a `with` statement."""

    def __init__(self, engine: "Engine", resources: ExitStack) -> None:
        """Read an engine; `resources` are let go by `close`. Use `evalgap.open`."""
        self._engine = engine
        self._resources = resources

    def __enter__(self) -> Self:
        """Return the graph."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the graph."""
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._resources.close()

    def query(self, sparql: str) -> list[dict[str, Any]]:
        """Return the rows of a SPARQL SELECT query over all graphs, by the names of its variables.

        An IRI is a text, a number a number; what is not bound is absent. Raises `Error`.
        """
        from service.store.sparql_tokens import refuse_any_service, result_form

        with _errors():
            if result_form(sparql) != "bindings":
                raise Error("Only a SELECT query has rows.")
            refuse_any_service(sparql)
            return _values(self._engine.select(sparql))

    def named(self, name: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows that answer a named query, as `evalgap query` lists them.

        Raises `Error` for a name, a parameter or a code that there is not.
        """
        from service.queries import catalog

        with _errors():
            return _values(catalog.run(catalog.named_query(name), parameters, self._engine))


def opened(store: str | PathLike[str] | None) -> Graph:
    """Open a store, or for None the shipped data. Raises `Error`, and `ImportError`."""
    own.check()
    from service.cli.shared import opened as engine_of
    from service.cli.shared import settings_of
    from service.common.settings import Settings

    with _errors(), ExitStack() as resources:
        if store is None:
            settings = Settings(store=None, store_url=None, seed=True)
        else:
            settings = settings_of(store=str(store))
            if settings.store and not settings.store.exists():
                raise Error(f"There is no store at {Path(store)}.")
        engine = resources.enter_context(engine_of(settings, read_only=True))
        return Graph(engine, resources.pop_all())


def _values(rows: "list[Row]") -> list[dict[str, Any]]:
    from service.queries import lists

    return [{name: lists.value(term) for name, term in row.items()} for row in rows]


@contextmanager
def _errors() -> Iterator[None]:
    """Raise what goes wrong within as `Error`."""
    from service.common.problems import Problem

    try:
        yield
    except Problem as problem:
        raise Error(problem.detail) from problem
