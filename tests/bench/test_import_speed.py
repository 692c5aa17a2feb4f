"""How fast real cards are imported, beside the last release and pySHACL called once per card.

Run with `make bench`; needs the real cards beside the checkout. `EVALGAP_BENCH_CARDS=100000`
makes as many cards out of them, `EVALGAP_BENCH_RUNS=1` runs once. What is timed is the whole
command, `evalgap import`, in an empty store: Python's start, reading, mapping, validation, storing.
The last release runs in turns with what is here, so that both have the same load of the machine.
"""

import io
import os
import statistics
import subprocess
import sys
import tarfile
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph

from loaders.contract import Document, Raw
from loaders.mapping.write import triples
from loaders.reading.files import raw_records
from loaders.registry import read
from service.ontology import graphs

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT.parent / "shared/cards/sokolann/BenchmarkCards_JSON.tar.gz"
RELEASE = "9bd310bb"
"""The last commit of 0.1, before cards were kept whole and judged by two."""
SAMPLE = 50
RUNS = int(os.environ.get("EVALGAP_BENCH_RUNS", "3"))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What a command took: seconds by the clock, of CPU, and MiB of memory at its peak.

    CPU and memory (PSS: shared pages count once) are of the command and all that it started.
    """

    process: str = ""
    wall: float = 0.0
    peak: float = 0.0
    cpu_of: dict[str, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        return sum(self.cpu_of.values())

    @property
    def own(self) -> float:
        """CPU of the process that plans and stores, for which the others wait."""
        return self.cpu_of[self.process]

    def sample(self, session: int) -> None:
        memory = 0.0
        for folder in Path("/proc").iterdir():
            try:
                if not folder.name.isdigit() or os.getsid(int(folder.name)) != session:
                    continue
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                self.cpu_of[folder.name] = (int(stat[11]) + int(stat[12])) / TICKS
                memory += pss(folder)
            except (ProcessLookupError, FileNotFoundError, PermissionError):
                continue
        self.peak = max(self.peak, memory)


def pss(folder: Path) -> float:
    lines = (folder / "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def timed(*arguments: object, tree: Path = ROOT) -> Cost:
    """Run a command of the program in a folder of sources."""
    cost, started = Cost(), time.perf_counter()
    command = [sys.executable, "-m", "service", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL, start_new_session=True)
    cost.process = str(process.pid)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            cost.sample(process.pid)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.wait() == 0
    cost.wall = time.perf_counter() - started
    done.set()
    watcher.join()
    return cost


def cards(folder: Path, number: int) -> tuple[Path, int]:
    """Return an archive of this many cards; more than there are become cards of new names."""
    raws = [r for r in raw_records([ARCHIVE]) if isinstance(r, Raw)]
    if not number:
        return ARCHIVE, len(raws)
    path = folder / "cards.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for index, raw in enumerate(islice(cycle(raws), number)):
            member = tarfile.TarInfo(f"{index}-{Path(raw.source).name}")
            member.size = len(raw.data)
            archive.addfile(member, io.BytesIO(raw.data))
    return path, number


def released(folder: Path) -> Path:
    """Return the sources of the last release."""
    command = ["git", "-C", str(ROOT), "archive", RELEASE]
    packed = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def plain() -> float:
    """Return how many cards a second pySHACL judges, called once for each."""
    sample = list(islice((r for r in raw_records([ARCHIVE]) if isinstance(r, Raw)), SAMPLE))
    documents = [d for d in map(read, sample) if isinstance(d, Document)]
    started = time.perf_counter()
    for document in documents:
        data = Graph()
        data += graphs.taxonomy()
        data += triples(document.records[0], 1)
        pyshacl.validate(data, shacl_graph=graphs.shapes())
    return len(documents) / (time.perf_counter() - started)


@pytest.mark.skipif(not ARCHIVE.exists(), reason="no real cards beside this checkout")
def test_import_of_the_sokolann_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALGAP_SEED", "false")
    archive, number = cards(tmp_path, int(os.environ.get("EVALGAP_BENCH_CARDS", "0")))
    release = released(tmp_path / "release")
    before, first, again, peers = [], [], [], []
    for run in range(RUNS if archive == ARCHIVE else 1):
        store = tmp_path / f"store-{run}"
        before.append(
            timed("import", "-q", "--store", tmp_path / f"old-{run}", archive, tree=release)
        )
        first.append(timed("import", "-q", "--store", store, archive))
        again.append(timed("import", "-q", "--store", store, archive))
        peers.append(plain())
    peer = statistics.median(peers)
    print(f"\n{number} cards, median of {len(first)}; load {os.getloadavg()[0]:.1f}")
    for what, old, new in (
        ("seconds", [c.wall for c in before], [c.wall for c in first]),
        ("seconds of CPU", [c.cpu for c in before], [c.cpu for c in first]),
        ("seconds of CPU where it is planned", [c.own for c in before], [c.own for c in first]),
    ):
        ratio = statistics.median(n / o for o, n in zip(old, new, strict=True))
        print(
            f"imported: {statistics.median(new):.1f} {what}; the last release "
            f"{statistics.median(old):.1f}; ratio {ratio:.2f}"
        )
    for name, costs in (("imported", first), ("unchanged", again)):
        speed = number / statistics.median(c.wall for c in costs)
        cpu = statistics.median(c.cpu for c in costs) / number * 1000
        peak = max(c.peak for c in costs)
        print(f"{name}: {speed:.0f} cards/s, {cpu:.2f} ms of CPU a card, peak {peak:.0f} MiB")
        print(f"  pySHACL called once per card: {peer:.0f} cards/s; ratio {speed / peer:.0f}")
        assert peak < 1536
    speed = number / statistics.median(c.wall for c in first)
    assert speed > 10 * peer
