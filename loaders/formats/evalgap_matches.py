"""The section `matches` of an EvalGap file: which things belong together, as somebody decided."""

from collections.abc import Mapping
from typing import Any

from loaders.contract import CardError, RecordProblem
from loaders.model import Agent, Match

DECISIONS = {"propose": "draft", "confirm": "accepted", "reject": "withdrawn"}
"""What may be decided on a match, and the status that the record gets."""
RESOLVER = Agent(id="evalgap-resolver", name="EvalGap's rules of agreement")
"""The author of proposals that no person has decided on."""


def match(item: Mapping[str, Any]) -> Match:
    """Return one entry as a record; its identity is the pair, so a decision revises another.

    Raises `CardError` for a decision that is none, or one that nobody signs.
    """
    fields = dict(item)
    decision = fields.pop("decision", "propose")
    if decision not in DECISIONS:
        mend = f"Use one of: {', '.join(DECISIONS)}."
        raise CardError(RecordProblem("This is no decision.", "decision", str(decision), mend))
    if decision != "propose" and "author" not in fields:
        mend = "Add author: {id: …, name: …}."
        raise CardError(
            RecordProblem("A decision needs the name of who made it.", "author", mend=mend)
        )
    subject, target = fields.get("subject"), fields.get("target")
    return Match.model_validate(
        {
            "author": RESOLVER.model_dump(),
            **fields,
            "id": f"{subject}/{target}",
            "status": DECISIONS[decision],
        }
    )
