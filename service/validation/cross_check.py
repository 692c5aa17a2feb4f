"""A second opinion on a random share of an import: plain pySHACL, on the same triples."""

from collections.abc import Sequence
from concurrent.futures import Future
from random import SystemRandom

from service.common.problems import Disagreement
from service.validation.gate import Gate, Submission

TOGETHER = 10
"""Records judged again in one go; each go costs pySHACL the whole taxonomy once."""


def seldom(share: float) -> float:
    """Return whether a record that is written alone is judged again: 1 so often, else 0."""
    return float(SystemRandom().random() < share)


class Audit:
    """Draws records of an import at random and has them judged again."""

    def __init__(self, gate: Gate, share: float) -> None:
        """Draw each record with probability `share`, and at least one if that is above 0."""
        self._gate, self._share, self._random = gate, share, SystemRandom()
        self._drawn: list[Submission] = []
        self._context = ""
        self._last: tuple[Submission, str] | None = None
        self._running: list[Future[str]] = []

    def draw(self, batch: Sequence[Submission], context: str) -> None:
        """Draw from a batch that was judged with this context (N-Triples).

        Raises `Disagreement` for what was drawn before.
        """
        if not self._share or not batch:
            return
        self._last = self._random.choice(batch), context
        drawn = [c for c in batch if self._random.random() < self._share]
        self._drawn += drawn
        self._context += context if drawn else ""
        if len(self._drawn) >= TOGETHER:
            self._send()
        self._settle(done_only=True)

    def close(self) -> None:
        """Wait for what is still being judged. Raises `Disagreement`."""
        if self._last and not self._drawn and not self._running:
            self._drawn, self._context = [self._last[0]], self._last[1]
        if self._drawn:
            self._send()
        self._settle(done_only=False)

    def _send(self) -> None:
        self._running.append(self._gate.audit(self._drawn, self._context))
        self._drawn, self._context = [], ""

    def _settle(self, *, done_only: bool) -> None:
        """Look at the answers; a run that had one is not made to have another."""
        for answer in self._running:
            if (answer.done() or not done_only) and (difference := answer.result()):
                raise Disagreement(
                    "Plain pySHACL judges what was imported otherwise than the batch did: "
                    f"{difference}. Please report this, and import again with --plain-pyshacl."
                )
