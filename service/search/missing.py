"""What somebody may have meant who asked for a thing that is not here."""

from service.common.problems import NotFound, OnPage
from service.queries import lists
from service.search import find
from service.search.kinds import KINDS
from service.store.port import Engine


def suggesting(engine: Engine, missing: NotFound) -> NotFound:
    """Return the problem with the ids that may be meant, in its sentence and as `did_you_mean`."""
    kind, ident = str(missing.extra.get("kind")), str(missing.extra.get("id"))
    meant = _meant(engine, kind, ident)
    if not meant:
        return missing
    *others, last = meant
    words = f"{', '.join(others)} or {last}" if others else last
    spoken = OnPage(missing.spoken, titles=find.called(engine, kind, meant))
    return NotFound(
        f"{missing.detail} Did you mean {words}?",
        on_page=spoken,
        **missing.extra,
        did_you_mean=meant,
    )


def _meant(engine: Engine, kind: str, ident: str) -> list[str]:
    """Return ids that are near; for a benchmark in place of its card, those of its cards."""
    if kind == "card":
        every = (str(item["id"]) for item in lists.listing(engine, "cards", {}))
        return [name for name in every if name.startswith(f"{ident}/")][:_MOST]
    return find.nearest(engine, kind, ident) if kind in KINDS else []


_MOST = 3
"""How many cards are named."""
