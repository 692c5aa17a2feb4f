"""Contexts of JSON-LD: EvalGap's own is known by its address, and no other is ever fetched."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loaders.contract import CardError, RecordProblem
from loaders.mapping.context import context

_OWN = "/ontology/context.jsonld"
_MOST = 100
"""How often one file may name the context, which is much longer than its address."""


def is_own(address: Any) -> bool:
    """Tell whether this is the address of EvalGap's context, on whatever host."""
    return isinstance(address, str) and address.endswith(_OWN)


def inlined(tree: Any) -> Any:
    """Return a tree with EvalGap's context in place of its address, wherever that stands.

    Raises `CardError` for every other address of a context, which would have to be fetched, at
    the top, in a node, in the definition of a term or as `@import`.
    """
    return _Inlining().node(tree)


class _Inlining:
    """One walk over a tree; counts how often the context was put in."""

    def __init__(self) -> None:
        self._left = _MOST

    def node(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.node(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        made = {k: self.context(v) if k == "@context" else self.node(v) for k, v in value.items()}
        if isinstance(version := made.get("@version"), Decimal):
            made["@version"] = float(version)  # other numbers with a point are kept as they are
        return {**self.context(made.pop("@import")), **made} if "@import" in made else made

    def context(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.context(item) for item in value]
        return self._known(value) if isinstance(value, str) else self.node(value)

    def _known(self, address: str) -> Any:
        if not is_own(address):
            raise CardError(remote_context(address))
        self._left -= 1
        if self._left < 0:
            message = f"The file names the context of EvalGap more than {_MOST} times."
            raise CardError(RecordProblem(message, "@context", mend="Name it once, at the top."))
        return context()["@context"]


def remote_context(address: str) -> RecordProblem:
    """Return what to say of a context that would have to be fetched."""
    return RecordProblem(
        "The JSON-LD names a remote context. EvalGap never fetches one.",
        "@context",
        address,
        "Write the context into the file.",
    )
