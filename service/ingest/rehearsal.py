"""SPARQL updates run on a copy of the store first, where they may die.

An update can touch any graph, never end, fill memory or end the process that reads it. So it runs
in a confined process (`service.sandbox`) on a copy of its own, which of a store on disk is made of
hard links. What comes back is what the update has changed, to be judged and committed as a whole.
"""
# DESIGN: rehearsed-updates

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from service.common.problems import QueryTimeout, WorkTimeout
from service.sandbox import WorkerLimits, Workers, forkserver
from service.store.faults import faults
from service.store.oxigraph.copies import Copy
from service.store.port import Engine, Update
from service.store.sparql_tokens import check_update
from service.store.statements import Transaction
from service.store.syntax_check import check_update_syntax
from service.validation import fixed_results, publication

MEMORY = 2 * 2**30
"""Bytes of address space that one update may add to the process that runs it."""


class Rehearsals:
    """The process that runs updates on copies; one at a time, as the store has one writer."""

    def __init__(self, store: Path | None, seconds: float) -> None:
        """Start nothing yet. Copies are made beside the folder `store`, to be of hard links.

        No update runs longer than `seconds`.
        """
        self._folder = (
            Path(mkdtemp(prefix="evalgap-updates-"))
            if store is None
            else store.with_name(f"{store.name}.updates")
        )
        self._left_over = store is not None
        bounds = WorkerLimits(size=1, queue=0, seconds=seconds, memory=MEMORY)
        self._workers = Workers(forkserver.context, bounds, "running updates", self._folder)

    def change(self, engine: Engine, update: Update, *, keeps: bool) -> Transaction:
        """Return what an update would change; nothing is written to the store.

        With `keeps` it must leave recorded results as they are. Raises as `rehearse` does,
        `QueryTimeout` past the time (the work is then really ended), `Crashed` where the text
        ends what reads it and `TooLarge` past the memory.
        """
        with self._copy(engine) as path, _timed():
            return self._workers.run(rehearse, path, update, keeps, seconds=update.seconds)

    def check(self, update: Update) -> None:
        """Raise as `rehearse` does for a text that a server is to run; here nothing is run."""
        with _timed():
            self._workers.run(check_text, update, seconds=update.seconds)

    def close(self) -> None:
        """End the process, and what it is running, and remove the copies."""
        self._workers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _copy(self, engine: Engine) -> Iterator[Path]:
        with faults(self._folder):
            if self._left_over:  # by a service that was killed; the store has one writer at a time
                shutil.rmtree(self._folder, ignore_errors=True)
                self._left_over = False
            self._folder.mkdir(parents=True, exist_ok=True)
            folder = Path(mkdtemp(dir=self._folder))
        try:
            engine.copy(folder / "copy")
            yield folder / "copy"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def rehearse(path: Path, update: Update, keeps: bool) -> Transaction:  # noqa: FBT001 - sent to a worker
    """Run an update on the copy of a store in `path` and return what it has changed.

    Raises `BadQuery` for text that does not parse or would reach beyond the store, and `Conflict`
    for what the store does not allow, or where a recorded result would not stay (with `keeps`),
    `Invalid` where a plan would say what no evidence gives, or a gap would count unpublished.
    """
    copy = Copy(path)
    copy.after.update(update.sparql, update.using, update.base)
    change = copy.change(update.sparql)
    if keeps:
        fixed_results.keep(copy.before, copy.after)
        touched = [name for name, *_ in change.sizes]
        fixed_results.founded(copy.before, copy.after, touched)
        publication.keep(copy.before, copy.after, touched)
    return change


def check_text(update: Update) -> None:
    """Raise `BadQuery` for an update that does not parse, or would reach beyond the store."""
    check_update(update.sparql)
    check_update_syntax(update.sparql, update.base)


@contextmanager
def _timed() -> Iterator[None]:
    try:
        yield
    except WorkTimeout as error:
        limit = error.extra["limit_s"]
        raise QueryTimeout(
            f"The update took more than {limit:g} s and was stopped; nothing was stored. Narrow "
            "it, or send it in parts.",
            limit_s=limit,
        ) from error
