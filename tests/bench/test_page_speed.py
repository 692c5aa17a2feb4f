"""How long the server takes over each page, with the shipped data and the 3,820 SokolAnn cards.

Each page is asked for 60 times over a kept connection, pages taking turns; printed are the median
and the 95th percentile of the time to the first byte, beside the API documentation, a page that
asks next to nothing of the store. The first time after a write is printed apart: the lists
are then made anew. Issue: under 100 ms at the 95th percentile. Run with `make bench`.
"""

import http.client
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers import evalgap_server

ARCHIVE = Path(__file__).parents[3] / "shared/cards/sokolann/BenchmarkCards_JSON.tar.gz"
TIMES = 60
PLAIN = "/docs"
PAGES = (
    PLAIN,
    "/",
    "/benchmarks",
    "/benchmarks?q=health&interaction-type=multi-turn",
    "/benchmarks?page=40",
    "/benchmarks/healthbench",
    "/benchmarks/healthbench?deployment=public-self-assessment",
    "/fit?deployment=public-self-assessment",
    "/fit?query-authorship=natural-user&interaction-type=multi-turn&domain=healthcare",
    "/gaps",
    "/gaps/bean2026-gpt4o-recomputed",
    "/coverage",
    "/plans",
    "/query",
    "/author",
    "/author/new",
    "/queries",
    "/guides/deployer",
)


def test_pages_over_all_cards(tmp_path: Path) -> None:
    if not ARCHIVE.is_file():
        pytest.skip("no SokolAnn cards beside this checkout")
    command = [sys.executable, "-m", "service", "import", str(ARCHIVE)]
    command += ["--store", str(tmp_path / "store")]
    subprocess.run(command, check=True, capture_output=True)
    with (
        evalgap_server(tmp_path) as url,
        closing(http.client.HTTPConnection(urlsplit(url).netloc)) as connection,
    ):
        first = {path: seconds(connection, path) for path in PAGES}
        times: dict[str, list[float]] = {path: [] for path in PAGES}
        for _ in range(TIMES):
            for path in PAGES:
                times[path].append(seconds(connection, path))
    print(f"\n{'page':84}{'median':>8}{'95th':>8}{'first':>9}  ms, and median beside {PLAIN}")
    plain = statistics.median(times[PLAIN])
    for path, found in times.items():
        median = statistics.median(found)
        numbers = f"{median * 1e3:8.1f}{percentile(found) * 1e3:8.1f}{first[path] * 1e3:9.1f}"
        print(f"{path:84}{numbers}{median / plain:8.1f}")


def seconds(connection: http.client.HTTPConnection, path: str) -> float:
    """Return the time from asking to the first byte of the answer."""
    start = time.perf_counter()
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    taken = time.perf_counter() - start
    answer.read()
    assert answer.status == http.client.OK, path
    return taken


def percentile(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
