"""A fit as text: the finding, how many benchmarks hold on what, and what to test first."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.table import Table

from service.cli.risk_text import spaced
from service.common import amounts
from service.common.digits import span
from service.ontology.plain_names import VERDICTS, plain


def matrix(found: Mapping[str, Any]) -> Table:
    """Return the counts of verdicts, a row for each assumption, under the finding."""
    summary = found["summary"]
    table = Table(title=summary["sentence"], title_justify="left")
    table.add_column("assumption", overflow="fold")
    for verdict in next(iter(summary["matrix"].values())):
        table.add_column(VERDICTS[verdict], justify="right")
    for name, counts in summary["matrix"].items():
        unstated = "" if name in summary["stated"] else " [not stated of the deployment]"
        label = f"{plain(name, name)} ({name}){unstated}"
        table.add_row(label.replace("[", "\\["), *(str(n) for n in counts.values()))
    return table


def fit_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what to test first, with what was measured."""
    yield "What to test first"
    for place, test in enumerate(found["test_first"], start=1):
        needs = "needs people: " if test["needs_people"] else ""
        what = test.get("why_people") or test["collect"]
        yield f"{place}. {plain(test['dimension'], test['dimension'])}: {needs}{what}"
        yield from (f"   {line}" for line in _measured(test))
    yield ""


def _measured(test: Mapping[str, Any]) -> Iterator[str]:
    here = test["measured_here"]
    if here:
        others = " and ".join(spaced(name) for name in test["changed_with_it"])
        also = f", changed with {others}" if others else ""
        lost = amounts.measure(Decimal(str(here["value"])), here["unit"])
        yield f"measured here: {lost} lost (below 0: gained){also} ({here['@id']})"
    for name, where in (("same_domain", "in the same domain"), ("elsewhere", "in other domains")):
        if spread := test[name]:
            ends = span(*(f"{spread[end]['points']:.4g}" for end in ("least", "most")))
            yield f"{where}: {spread['figures']} for it alone, {ends} points lost (below 0: gained)"
    if not here and not test["same_domain"] and not test["elsewhere"]:
        yield "nothing was measured for it alone"
