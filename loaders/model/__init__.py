"""The format-neutral model: what every loader yields and what the graph stores.

Records are versioned documents: cards at four levels (`Card` of a benchmark, `DatasetCard`,
`ImplementationCard`, `Result`), `SystemCard`, `StudyCard`, `Profile`, `Review`, `Gap`, `Plan` and
`Match`; things are what they talk about. Every field names its predicate: `loaders.model.terms`.
"""

from loaders.model.addresses import is_address
from loaders.model.descriptions import (
    Card,
    DatasetCard,
    Description,
    ImplementationCard,
    Match,
    Result,
)
from loaders.model.integers import whole_number
from loaders.model.measured import StudyCard, SystemCard
from loaders.model.nodes import (
    Agent,
    Benchmark,
    Citation,
    Dataset,
    Deployment,
    Implementation,
    Metric,
    Node,
    Record,
    RegistryEntry,
    Study,
    System,
    Thing,
    UserGroup,
)
from loaders.model.numbers import (
    NO_INTERVAL,
    RATIOS,
    SELF_REPORTED,
    UNDIRECTED,
    Condition,
    Contribution,
    Decomposition,
    Estimate,
    Gap,
    Interval,
    Measurement,
    Residual,
    Rung,
    interval_words,
)
from loaders.model.partial_dates import PartialDate
from loaders.model.plans import DESCRIBED, Attempt, Plan, SampleSize, Step, StepResult, Threshold
from loaders.model.statements import (
    CORE_DIMENSIONS,
    STANDINGS,
    Assessment,
    Assumption,
    Characteristic,
    Coding,
    Evidence,
    Profile,
    Review,
    Statement,
)

RECORDS: dict[str, type[Record]] = {
    cls.kind: cls
    for cls in (
        Card,
        DatasetCard,
        ImplementationCard,
        Result,
        SystemCard,
        Profile,
        StudyCard,
        Review,
        Gap,
        Plan,
        Match,
    )
}
"""Every kind of record by name, in the order in which a document's parts are stored."""

__all__ = [
    "CORE_DIMENSIONS",
    "DESCRIBED",
    "NO_INTERVAL",
    "RATIOS",
    "RECORDS",
    "SELF_REPORTED",
    "STANDINGS",
    "UNDIRECTED",
    "Agent",
    "Assessment",
    "Assumption",
    "Attempt",
    "Benchmark",
    "Card",
    "Characteristic",
    "Citation",
    "Coding",
    "Condition",
    "Contribution",
    "Dataset",
    "DatasetCard",
    "Decomposition",
    "Deployment",
    "Description",
    "Estimate",
    "Evidence",
    "Gap",
    "Implementation",
    "ImplementationCard",
    "Interval",
    "Match",
    "Measurement",
    "Metric",
    "Node",
    "PartialDate",
    "Plan",
    "Profile",
    "Record",
    "RegistryEntry",
    "Residual",
    "Result",
    "Review",
    "Rung",
    "SampleSize",
    "Statement",
    "Step",
    "StepResult",
    "Study",
    "StudyCard",
    "System",
    "SystemCard",
    "Thing",
    "Threshold",
    "UserGroup",
    "descriptions",
    "interval_words",
    "is_address",
    "nodes",
    "partial_dates",
    "statements",
    "terms",
    "whole_number",
]
