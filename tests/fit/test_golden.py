"""The order of benchmarks for five deployments is what was last looked at."""

import json
from pathlib import Path

from tests.fit.golden import KEPT, USEFUL, orders, useful


def test_the_order_for_five_deployments_is_the_kept_one(tmp_path: Path) -> None:
    found = orders(tmp_path / "store")
    assert found == json.loads(KEPT.read_text("utf-8"))
    for name in USEFUL:
        print(f"{name}: {useful(name, found[name])} useful of the first ten")
