"""How often rules by which readers derive or hint are right, on labels made before they ran.

`tests/labels` holds the labels and says how they were made.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scipy.stats import binomtest

from loaders.contract import Document, Raw
from loaders.model import Assumption
from loaders.model.descriptions import Description
from loaders.registry import documents

LABELS = Path(__file__).parent / "labels"
DERIVED_AT_LEAST, HINT_AT_LEAST = 0.85, 0.70
"""The bar: the lower end of the interval (Wilson, 95 %) of a derived rule; a hint's precision."""

NO_VALUE = {"none", "not-applicable"}


@dataclass(frozen=True)
class Rule:
    """What is measured: a rule that derives values, or one that keeps a passage as a hint.

    `labels` are the files with its labels, `what` says in words what it reads. `seen` are files of
    labels after which it was narrowed, so that they do not count.
    """

    name: str
    dimension: str
    labels: tuple[str, ...]
    what: str
    derives: bool = False
    seen: tuple[str, ...] = ()


RULES = (
    Rule("one-request-per-document", "interaction-type", ("one-request-per-document",),
         "lm-eval: `output_type`, where nothing speaks of a conversation", derives=True,
         seen=("one-request-per-document-seen",)),
    Rule("answer-metrics", "outcome-validity",
         ("answer-metrics-lm-eval", "answer-metrics-sokolann"),
         "SokolAnn, lm-eval, HELM: every metric is of a closed table", derives=True),
    Rule("helm-who", "query-authorship", ("helm-who",),
         "HELM: `taxonomy.who`, by a closed table", derives=True),
    Rule("helm-who-words", "query-authorship", ("helm-who-words",),
         "HELM: any other `taxonomy.who`"),
    Rule("inspect-kind-agent", "interaction-type", ("inspect-kind-agent",),
         "catalogue of Inspect: `kind` is `agent`", derives=True),
    Rule("inspect-agent-tag", "interaction-type", ("inspect-agent-tag",),
         "listings of Inspect: the tag `Agent`"),
    Rule("language-creators", "query-authorship", ("language-creators",),
         "Hugging Face: `language_creators` names a crowd, and the tasks are about queries",
         seen=("language-creators-seen",)),
    Rule("dialogue-tasks", "interaction-type", ("dialogue-tasks",),
         "Hugging Face: `task_ids` and `task_categories` about dialogues"),
    Rule("turn-words", "interaction-type", ("turn-words",),
         "SokolAnn: sentences with *single-turn* or *multi-turn*"),
    Rule("agentic-words", "interaction-type", ("agentic-words",),
         "SokolAnn: sentences that speak of agents or the use of tools"),
    Rule("source-and-annotation", "query-authorship", ("source-and-annotation",),
         "SokolAnn: `data.source` and `data.annotation`"),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """How often a rule spoke on the labelled records, how often it was right, and how sure that is.

    `labelled` is how many records were labelled; `lower` and `upper` are the ends of the interval.
    """

    rule: Rule
    labelled: int
    n: int
    right: int
    lower: float
    upper: float

    @property
    def precision(self) -> float:
        """The share of what the rule said that is right."""
        return self.right / self.n

    @property
    def passes(self) -> bool:
        """Whether the rule may do what it does."""
        if self.rule.derives:
            return self.lower >= DERIVED_AT_LEAST
        return self.precision >= HINT_AT_LEAST

    @property
    def sentence(self) -> str:
        """The measurement as the scheme of rules says it."""
        return (
            f"Measured on labels made beforehand: {self.right} of {self.n} right, "
            f"precision {100 * self.precision:.1f} %, 95 % CI {100 * self.lower:.1f} to "
            f"{100 * self.upper:.1f} % (Wilson)."
        )


@cache
def measured() -> tuple[Measured, ...]:
    """Return all rules as measured now, by the code of the readers."""
    return tuple(_measure(rule) for rule in RULES)


def rows(*names: str) -> list[dict[str, str]]:
    """Return the labels of some files."""
    found: list[dict[str, str]] = []
    for name in names:
        with (LABELS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += csv.DictReader(file)
    return found


def _measure(rule: Rule) -> Measured:
    said = [(said, row["label"]) for row in rows(*rule.labels) if (said := _said(rule, row))]
    right = sum(_right(values, label) for values, label in said)
    ends = binomtest(right, len(said)).proportion_ci(0.95, method="wilson")
    return Measured(
        rule, len(rows(*rule.labels)), len(said), right, float(ends.low), float(ends.high)
    )


def _right(values: set[str], label: str) -> bool:
    return label == "yes" if label in {"yes", "no"} else values <= set(label.split()) - NO_VALUE


def _said(rule: Rule, row: dict[str, str]) -> set[str]:
    """Return the values that a rule derives from a labelled record, or its hints."""
    found: set[str] = set()
    for answer in _answers(row, rule.dimension):
        if rule.derives:
            codes = (c.code for c in answer.codings if c.rule == rule.name)
            found |= {code.rpartition("/")[2] for code in codes}
        else:
            found |= set(answer.hints)
    return found


def _answers(row: dict[str, str], dimension: str) -> Iterator[Assumption]:
    path = row["key"].partition("#")[0] if row["file"] == "README.md" else row["file"]
    for outcome in documents(Raw(path, row["input"].encode(), path=path)):
        assert isinstance(outcome, Document), (row["key"], outcome)
        for record in outcome.records:
            if isinstance(record, Description):
                yield from (a for a in record.assumptions if a.dimension == dimension)
