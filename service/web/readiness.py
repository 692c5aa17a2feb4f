"""Whether the service can do its work now, and what keeps it from that."""

import logging
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

from service.common.os_words import os_words
from service.common.problems import Busy, DiskFull, Problem, WorkTimeout
from service.sandbox import Confinement, probe
from service.store.port import Engine, Limits, Query
from service.validation.gate import Gate

_LOG = logging.getLogger(__name__)
_SECONDS = 5.0
"""What one check may take; a store on a busy disk needs less."""
_PATIENCE = 3.0
"""Seconds that a check waits for a process that is at work."""

Check = Callable[[], object]


class Readiness:
    """The checks of `/ready`, each in a thread of its own; and what confines processes here."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """Check nothing yet."""
        self._checks = checks
        self._threads = ThreadPoolExecutor(len(checks) + 1, "ready")
        self._confined = self._threads.submit(_confinement)

    @property
    def confined(self) -> Confinement | None:
        """What the system holds processes to; None as long as that is being found out."""
        return self._confined.result() if self._confined.done() else None

    def probed(self) -> Confinement:
        """Return what the system holds processes to, once that is found out."""
        return self._confined.result()

    def problems(self) -> dict[str, Problem]:
        """Return what is wrong, by the name of the check."""
        running = {name: self._threads.submit(check) for name, check in self._checks.items()}
        found: dict[str, Problem] = {}
        for name, answer in running.items():
            try:
                answer.result(_SECONDS)
            except Busy:  # they live, and have much to do
                continue
            except TimeoutError:
                found[name] = WorkTimeout(f"The check took more than {_SECONDS:g} s.")
            except Problem as problem:
                found[name] = problem
            except OSError as error:
                found[name] = Problem(f"{os_words(error)}.")
        return found

    def close(self) -> None:
        """Let go of the threads; one that a broken disk holds ends with the process."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def checks(engine: Engine, gate: Gate, folders: Iterable[Path], least: int) -> dict[str, Check]:
    """Return the checks of a service whose files are in these folders."""
    return {
        "store": engine.ping,
        "readers": partial(_reads, engine),
        "validators": partial(gate.ping, _PATIENCE),
        "disk": partial(_has_room, list(folders), least),
    }


def _reads(engine: Engine) -> None:
    ask = Query("ASK {}", "application/sparql-results+json", limits=Limits(seconds=_PATIENCE))
    engine.answer(ask).close()


def _has_room(folders: Iterable[Path], least: int) -> None:
    for folder in folders:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(there).free
        if free < least:
            raise DiskFull(
                f"{free // 2**20} MB are free where {folder} is; {least // 2**20} MB should be "
                "(EVALGAP_MIN_FREE_BYTES)."
            )


@cache
def _confinement() -> Confinement:
    """Return what holds here; it is found out, and said in the log, once."""
    found = probe()
    for sentence in found.gaps():
        _LOG.warning(sentence)
    return found
