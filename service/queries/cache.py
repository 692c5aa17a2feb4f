"""What the store holds, in numbers; worked out once and kept until the content changes."""
# DESIGN: kept-until-change

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from loaders.mapping.iris import BASE, EGAP
from service.queries import internal
from service.store.port import Engine

_STATE = f"{BASE}graph/state"
_LOOK = 1.0
"""Seconds between two looks whether the store was found broken."""
_Made = TypeVar("_Made")


def state_token(engine: Engine) -> str:
    """Return a token that changes whenever the stored data changes.

    Counted are the writes of this process and, where others may write too, the versions of
    records, the time of the last, and the digests of ontology and shapes.
    """
    if not engine.shared:
        return str(engine.generation)
    row = internal.rows(engine, "stamp")[0]
    state = engine.graph(_STATE).subject_objects(EGAP.contentHash)
    digests = sorted(f"{subject} {digest}" for subject, digest in state)
    numbers = [str(row.get(name, "")) for name in ("versions", "latest")]
    return " ".join([*numbers, str(engine.generation), *digests])


class cached_per_state(Generic[_Made]):  # noqa: N801 - a decorator, as functools.cached_property
    """Keeps the result of a function of a store until the state token of that store changes."""

    def __init__(self, make: Callable[[Engine], _Made]) -> None:
        """Wrap the function that makes it; only one thread at a time runs it."""
        self._make = make
        self._made: WeakKeyDictionary[Engine, tuple[str, _Made]] = WeakKeyDictionary()
        self._lock = Lock()

    def __call__(self, engine: Engine) -> _Made:
        """Return what was made of the store as it is now."""
        with self._turn(engine):
            now = state_token(engine)
            found = self._made.get(engine)
            if found is None or found[0] != now:
                found = now, self._make(engine)
                self._made[engine] = found
            return found[1]

    @contextmanager
    def _turn(self, engine: Engine) -> Iterator[None]:
        """Wait for the lock, but not for a thread that a broken disk will never let go.

        Raises `StoreDamaged`.
        """
        engine.check()
        while not self._lock.acquire(timeout=_LOOK):
            engine.check()
        try:
            yield
        finally:
            self._lock.release()

    def forget(self, engine: Engine) -> None:
        """Let go of what was made of a store."""
        with self._lock:
            self._made.pop(engine, None)
