"""How worker processes start. Imports little, so that it can be called first."""

from multiprocessing import forkserver, get_all_start_methods, get_context
from multiprocessing.context import BaseContext

from service.common.interrupts import shielded
from service.sandbox.children import by_lasting_thread


def context(*, updates: bool = True) -> BaseContext:
    """Return how workers start: as forks of one prepared process, where the system can.

    That process prepares itself from the first call on, while the caller does other things; for
    `updates`, too, unless that call says that there will be none.
    """
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    found = get_context("forkserver")
    of_updates = ["service.ingest.rehearsal"] if updates else []
    found.set_forkserver_preload(
        ["service.sandbox.loading", "__main__", "service.validation.worker", *of_updates]
    )
    with shielded():
        by_lasting_thread(forkserver.ensure_running)
    return found
