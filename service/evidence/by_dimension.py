"""For one dimension: syntheses of the stored gaps, and how the gates of a prediction stand."""

from dataclasses import dataclass

from service.common.problems import NotFound, OnPage
from service.evidence.from_graph import figures
from service.evidence.prediction import (
    PredictionGate,
    model_gates,
    observations,
    prediction_gates,
)
from service.evidence.syntheses import DimensionSyntheses, of_dimension
from service.ontology import scheme_queries
from service.ontology.dimensions import dimensions
from service.queries.cache import cached_per_state
from service.store.port import Engine


@dataclass(frozen=True)
class EvidenceByDimension:
    """What the measured gaps of a dimension give together, and what they do not allow."""

    syntheses: DimensionSyntheses
    prediction: tuple[PredictionGate, ...]


def by_dimension(engine: Engine, given: str) -> EvidenceByDimension:
    """Return the syntheses of a dimension, named with hyphens or underscores.

    Raises `NotFound` for a dimension without coded values.
    """
    known, name = _coded(engine), given.strip().replace("_", "-")
    if name not in known:
        raise NotFound(
            f"There is no dimension {given!r} with coded values. Take one of: "
            f"{', '.join(sorted(known))}.",
            on_page=OnPage(
                f"There is no assumption {given!r} with coded values.",
                given,
                tuple(dimensions(engine)),
                "dimension/",
            ),
        )
    return _made(engine)[name]


def every_dimension(engine: Engine) -> tuple[EvidenceByDimension, ...]:
    """Return what there is for each dimension with coded values, in the order of all pages."""
    return tuple(_made(engine)[name] for name in dimensions(engine))


def _coded(engine: Engine) -> frozenset[str]:
    return frozenset(scheme_queries.schemes(engine))


@cached_per_state
def _made(engine: Engine) -> dict[str, EvidenceByDimension]:
    every, known = figures(engine), _coded(engine)
    rows = observations(every, known)
    models = model_gates(rows)
    return {
        name: EvidenceByDimension(of_dimension(name, every), prediction_gates(name, rows, models))
        for name in known
    }
