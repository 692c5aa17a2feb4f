"""Addresses: which of a card's can be kept as links, and which file of a source a card is."""

from collections.abc import Iterable
from typing import Any

from loaders.contract import Raw, RecordProblem
from loaders.reading.cleaning import is_iri, is_missing, is_placeholder


def links(addresses: Iterable[Any]) -> tuple[str, ...]:
    """Return what can be kept as a link: well-formed addresses that nobody invented."""
    good = (str(a).strip().rstrip("?") for a in addresses if not is_missing(a))
    return tuple(dict.fromkeys(a for a in good if is_iri(a) and not is_placeholder(a)))


def no_link(field: str, address: str, mend: str = "Give the real address.") -> RecordProblem:
    """Return what to say of an address that cannot be kept as a link."""
    message = "This is no working address, so it is not kept as a link."
    return RecordProblem(message, field, address, mend)


def path_below(raw: Raw, *roots: str) -> str | None:
    """Return the path of a file below the last folder that ends in one of `roots`, if any.

    So the key of a record is the same whichever folder above was imported.
    """
    full = "/" + raw.source.replace("\\", "/").replace("!", "/")
    for root in roots:
        _, found, below = full.rpartition(f"/{root}/")
        if found and below:
            return below
    return None


def former_key(raw: Raw, *roots: str) -> str:
    """Return the key that 0.1 gave a file of a source with these roots."""
    return path_below(raw, *roots) or raw.path or raw.name


def hub_repository(raw: Raw) -> str | None:
    """Return the dataset repository of the Hub that a file lies in, as far as its path says so.

    Either it lies in `datasets/squad` or `datasets/owner/name`, as in an address of the Hub, or in
    the Hub's own cache, in `datasets--owner--name`.
    """
    folders = raw.folders
    for folder in reversed(folders):
        if folder.startswith("datasets--"):
            return folder.removeprefix("datasets--").replace("--", "/")
    if "datasets" not in folders:
        return None
    below = folders[len(folders) - folders[::-1].index("datasets") :]
    return "/".join(below) if len(below) in {1, 2} else None
