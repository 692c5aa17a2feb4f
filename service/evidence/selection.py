"""A look at selection: whether less precise studies say something else than more precise ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from service.evidence.pooling import StudyEffect

LEAST = 10
"""Studies below which the test has so little power that its answer says nothing."""
LIMITS = (
    "Asymmetry also comes from real differences between small and large studies, and its absence "
    "does not show that nothing is missing."
)
_CONVENTION = 0.10
"""The p value below which asymmetry is spoken of, higher than usual for lack of power."""


@dataclass(frozen=True)
class Selection:
    """Egger's regression: points of effect for a point of standard error, with its p value.

    Both are None where there are too few studies, or where all have one standard error.
    """

    k: int
    slope: float | None
    p: float | None

    @property
    def words(self) -> str:
        """What was found, in a sentence, and its limits."""
        if self.p is None:
            return (
                f"Not tested: {self.k} of at least {LEAST} studies with differing errors. Whether "
                "studies are missing cannot be seen from these."
            )
        found = "more" if self.slope and self.slope > 0 else "less"
        said = (
            f"Less precise studies lose {found} (Egger's regression, p = {self.p:.2g})"
            if self.p < _CONVENTION
            else f"No asymmetry was found (Egger's regression, p = {self.p:.2g})"
        )
        return f"{said}. {LIMITS}"


def egger(effects: Sequence[StudyEffect], least: int = LEAST) -> Selection:
    """Return the regression of effects on their standard errors, weighted by precision.

    The weighted least squares of Egger et al. 1997 as Sterne and Egger 2005 give it: residual
    variance is estimated, and the slope has a t test with k - 2 degrees of freedom.
    """
    k = len(effects)
    if k < max(least, 3) or len({e.error for e in effects}) == 1:
        return Selection(k, None, None)
    import numpy as np  # noqa: PLC0415 - only where there are enough
    from scipy import stats  # noqa: PLC0415

    errors = np.array([e.error for e in effects])
    design = np.column_stack([np.ones(k), errors]) / errors[:, None]
    values = np.array([e.effect for e in effects]) / errors
    inverse = np.linalg.inv(design.T @ design)
    fit = inverse @ design.T @ values
    spread = float(np.sum((values - design @ fit) ** 2)) / (k - 2)
    error = sqrt(spread * inverse[1, 1])
    slope = float(fit[1])
    p = float(2 * stats.t.sf(abs(slope) / error, k - 2)) if error else None
    return Selection(k, slope, p)
