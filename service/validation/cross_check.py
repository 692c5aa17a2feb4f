"""A second opinion on every record of an import, on the same statements.

pyshacl-turbo judges what pySHACL has judged, a batch at a time. Where they differ, plain pySHACL
decides: it is the one that the shapes are written for.
"""
# DESIGN: two-judges

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from service.common.problems import Disagreement
from service.validation.gate import Gate, GateResult, Submission


@dataclass(frozen=True)
class _Batch:
    """A batch that is judged again, with what its records refer to (N-Triples)."""

    differs: Future[bool]
    submissions: Sequence[Submission]
    context: str


class Audit:
    """Has batches judged again while an import goes on."""

    def __init__(self, gate: Gate, *, enabled: bool) -> None:
        """Have nothing judged again unless that is `enabled`."""
        self._gate, self._enabled = gate, enabled
        self._running: list[_Batch] = []

    def look_at(
        self, submissions: Sequence[Submission], results: Sequence[GateResult], context: str
    ) -> None:
        """Have a batch judged again. Raises `Disagreement` for one before it."""
        if not self._enabled or not results:
            return
        differs = self._gate.second_opinion(results, context)
        self._running.append(_Batch(differs, submissions, context))
        self._settle([batch for batch in self._running if batch.differs.done()])

    def close(self) -> None:
        """Wait for what is still being judged. Raises `Disagreement`."""
        self._settle(self._running)

    def _settle(self, judged: Sequence[_Batch]) -> None:
        self._running = [batch for batch in self._running if batch not in judged]
        for batch in judged:
            if self._differs(batch):
                self._decide(batch)

    def _differs(self, batch: _Batch) -> bool:
        try:
            return batch.differs.result()
        except self._gate.ENDS:  # it ended its process, so it has no opinion
            return True

    def _decide(self, batch: _Batch) -> None:
        """Have plain pySHACL judge a batch about which there are two opinions."""
        if difference := self._gate.audit(batch.submissions, batch.context).result():
            raise Disagreement(
                "Plain pySHACL judges what was imported otherwise than the batch did: "
                f"{difference}. Please report this, and import again with --plain-pyshacl."
            )
        others = len(batch.submissions) - 1
        logging.getLogger("evalgap").warning(
            "pyshacl-turbo judges %s%s otherwise than pySHACL, which decides. Please report this.",
            batch.submissions[0].iri,
            f" or one of the {others} records imported with it" if others else "",
        )
