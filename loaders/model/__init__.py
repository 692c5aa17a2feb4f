"""The format-neutral model: what every loader yields and what the graph stores.

Five kinds of record (`Card`, `Profile`, `Review`, `Gap`, `Plan`), each a versioned document,
and the things they talk about. Every field names its predicate; see `loaders.model.terms`.
"""

from loaders.model.nodes import (
    Agent,
    Benchmark,
    Citation,
    Deployment,
    Metric,
    Node,
    Record,
    Study,
    System,
    Thing,
)
from loaders.model.numbers import (
    Condition,
    Contribution,
    Decomposition,
    Estimate,
    Gap,
    Interval,
    Measurement,
    Plan,
    Residual,
    Rung,
    Step,
)
from loaders.model.statements import (
    CORE_DIMENSIONS,
    Assessment,
    Assumption,
    Card,
    Characteristic,
    Coding,
    Evidence,
    Profile,
    Review,
    Statement,
)

RECORDS: dict[str, type[Record]] = {cls.kind: cls for cls in (Card, Profile, Review, Gap, Plan)}
"""Every kind of record by name, in the order in which a document's parts are stored."""

__all__ = [
    "CORE_DIMENSIONS",
    "RECORDS",
    "Agent",
    "Assessment",
    "Assumption",
    "Benchmark",
    "Card",
    "Characteristic",
    "Citation",
    "Coding",
    "Condition",
    "Contribution",
    "Decomposition",
    "Deployment",
    "Estimate",
    "Evidence",
    "Gap",
    "Interval",
    "Measurement",
    "Metric",
    "Node",
    "Plan",
    "Profile",
    "Record",
    "Residual",
    "Review",
    "Rung",
    "Statement",
    "Step",
    "Study",
    "System",
    "Thing",
]
