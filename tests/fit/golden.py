"""The order of benchmarks for five deployments, on cards that stay as they are.

`frozen-cards.tar.gz` holds the shipped cards of healthcare, software and law, the five deployments
with their reviews, and what they refer to, as they stood on 2026-11-29. So a change of the order is
one of the rules, the ranking or the ontology, and not of the data. After such a change `python -m
tests.fit.golden` writes the kept order anew: read the difference.

`USEFUL` lists what one reader of each field would open. It was written before the order was looked
at, and it is one person's: how many of it stand among the first ten is printed and never asserted.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.cli.conftest import command

CARDS = Path(__file__).with_name("frozen-cards.tar.gz")
KEPT = Path(__file__).parents[1] / "golden" / "fit-order.json"
USEFUL = {
    "public-self-assessment": (
        "healthbench healthbench-raman healthbench-professional craft-md mediq agentclinic "
        "bean2026-scenarios semigran-vignettes amie-osce healthsearchqa medicationqa meddialog "
        "chatgpt-health-triage-vignettes sdbench medchain"
    ),
    "portal-message-drafting": (
        "meddialog medicationqa healthbench healthbench-professional healthsearchqa mediqa-2019 "
        "aci-bench medhelm medalign gourabathina2025-messages"
    ),
    "company-coding-assistants": (
        "livecodebench swe-bench-verified humaneval mbpp bigcodebench scicode "
        "scicode-construct-validity bird spider metr-real-tasks developer-forecasts osworld"
    ),
    "legal-research-tools": (
        "legalbench legalbench-construct-validity lexglue lawbench lawbench-construct-validity "
        "cuad legal-vendor-claims uniform-bar-exam"
    ),
    "sepsis-alerts": (
        "epic-sepsis-developer-validation epic-sepsis-whole-stay mimic-iii-prediction ehrshot "
        "ed-triage-deterioration care-management-risk-score wilds n2c2-cohort-selection"
    ),
}


def orders(folder: Path) -> dict[str, Any]:
    """Return, for each deployment, the ranked benchmarks in order and those without a rank.

    A ranked one is `rank (best to worst) name`, one without a rank `name: what it answers`.
    """
    done = command(folder, "import", CARDS, "--quiet", seed=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: _order(folder, name) for name in USEFUL}


def _order(folder: Path, deployment: str) -> dict[str, list[str]]:
    found = json.loads(
        command(folder, "fit", deployment, "--json", "--limit", 100, seed=False).stdout
    )
    return {
        "ranked": [
            f"{b['rank']} ({b['best_rank']} to {b['worst_rank']}) {b['benchmark']}"
            for b in found["benchmarks"]
        ],
        "unranked": [
            f"{b['benchmark']}: {', '.join(b['answered']) or 'nothing'}" for b in found["unranked"]
        ],
    }


def useful(deployment: str, order: dict[str, list[str]]) -> int:
    """Return how many useful benchmarks stand among the first ten."""
    first = {line.rpartition(" ")[2] for line in order["ranked"][:10]}
    return len(first & set(USEFUL[deployment].split()))


def main() -> None:
    """Write the order as it is today."""
    with tempfile.TemporaryDirectory() as folder:
        found = orders(Path(folder) / "store")
    KEPT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
