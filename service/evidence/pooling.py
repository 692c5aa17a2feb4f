"""What studies give together: the facts of a random-effects summary, which `random_effects` makes.

Between-study variance after Paule and Mandel 1982, the interval after Hartung and Knapp 2001
(never narrower than the plain one: Roever, Knapp and Friede 2015), the prediction interval with
k - 2 degrees of freedom after Higgins, Thompson and Spiegelhalter 2009, and I² from Cochran's Q
after Higgins and Thompson 2002 (metafor's comes from tau² and differs). Figures of one study
are one: their mean, with the mean of their standard errors, which takes their correlation as 1
and so never makes them look more certain than one alone (Borenstein et al. 2009, chapter 24).
"""
# DESIGN: reluctant-pooling

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 3
"""Fewer comparable studies than this are listed and not summed up."""
LEAST_TO_PREDICT = 5
"""Fewer studies than this say too little of one more: 3 leave one degree of freedom."""
LEVEL = 0.95
METHOD = (
    "random effects, tau² by Paule-Mandel; Hartung-Knapp interval, not narrower than the plain "
    f"one; prediction interval with k - 2 degrees of freedom, from {LEAST_TO_PREDICT} studies"
)
HETEROGENEITY = "I² from Cochran's Q, tau² by Paule-Mandel"


@dataclass(frozen=True)
class StudyEffect:
    """One study: its effect and standard error in one unit, and how many figures it gave.

    `baseline` is its first score in that unit, where all of its figures give one.
    """

    study: str
    effect: float
    error: float
    figures: int = 1
    baseline: float | None = None


@dataclass(frozen=True)
class Summary:
    """What k studies give together, in the unit of their effects.

    `lower` and `upper` bound the mean, `prediction_lower` and `prediction_upper` the effect in
    one more study like these, from `LEAST_TO_PREDICT` studies. `cut` is how far from zero an effect
    can lie, where an interval reached further and ends there. `i_squared` is the share (0 to 1) of
    the spread that is not chance within studies, `tau` the spread between them, `q` with `q_p`
    Cochran's test; `heterogeneity` names how they were found.
    """

    k: int
    mean: float
    lower: float
    upper: float
    prediction_lower: float | None
    prediction_upper: float | None
    tau: float
    i_squared: float
    q: float
    q_p: float
    level: float = LEVEL
    method: str = METHOD
    heterogeneity: str = HETEROGENEITY
    cut: float | None = None

    @property
    def why_no_prediction(self) -> str | None:
        """Why there is no prediction interval."""
        few = self.prediction_lower is None
        return f"{self.k} of at least {LEAST_TO_PREDICT} studies" if few else None


def together(
    study: str,
    effects: Sequence[float],
    errors: Sequence[float],
    baselines: Sequence[float | None] = (None,),
) -> StudyEffect:
    """Return the figures of one study as one effect, their correlation taken as 1."""
    n, known = len(effects), [b for b in baselines if b is not None]
    first = sum(known) / n if len(known) == n else None
    return StudyEffect(study, sum(effects) / n, sum(errors) / n, n, first)
