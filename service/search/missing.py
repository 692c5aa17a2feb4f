"""What somebody may have meant who asked for a thing that is not here."""

from service.common.problems import NotFound
from service.search import find
from service.search.kinds import KINDS
from service.store.port import Engine


def suggesting(engine: Engine, missing: NotFound) -> NotFound:
    """Return the problem with the ids that may be meant, in its sentence and as `did_you_mean`."""
    kind, ident = str(missing.extra.get("kind")), str(missing.extra.get("id"))
    meant = find.nearest(engine, kind, ident) if kind in KINDS else []
    if not meant:
        return missing
    *others, last = meant
    words = f"{', '.join(others)} or {last}" if others else last
    return NotFound(f"{missing.detail} Did you mean {words}?", **missing.extra, did_you_mean=meant)
