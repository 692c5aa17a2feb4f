"""`evalgap upgrade`, from a store that release 0.1.0 wrote (`tests/data/store-0.1.0.md`)."""

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL

from loaders.mapping.iris import BASE, DCAT, DCTERMS
from service.common.settings import Settings
from service.ontology import releases
from service.store.oxigraph.store import open_store
from service.web.app import create_app
from tests.cli.conftest import command
from tests.conftest import ROOT

PACKED = ROOT / "tests" / "data" / "store-0.1.0.tar.xz"
CARD = "ward-questions/jane"
RENEWED = tuple(f" <{BASE}graph/{name}> ." for name in ("ontology", "shapes", "state"))
"""How a line of N-Quads ends in the graphs that each version of the program writes anew."""


def unpacked(folder: Path) -> Path:
    """Return a store of release 0.1.0 in a folder."""
    with tarfile.open(PACKED) as archive:
        archive.extractall(folder, filter="data")
    return folder / "store"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store as 0.1.0 left it, for tests that only read."""
    return unpacked(tmp_path_factory.mktemp("old"))


class Upgraded(NamedTuple):
    """A store after its upgrade, and what the command said."""

    store: Path
    said: str


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    """Return a store after an upgrade; one before it was cut off in the middle."""
    store = unpacked(tmp_path_factory.mktemp("upgraded"))
    left_over = store.with_name("store.upgrading")
    left_over.mkdir()
    (left_over / "CURRENT").write_text("half a store")
    done = command(store, "upgrade")
    assert done.returncode == 0, done.stderr
    assert not left_over.exists()
    return Upgraded(store, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def client(upgraded: Upgraded) -> Iterator[TestClient]:
    settings = Settings(store=upgraded.store, validators=0)
    with TestClient(create_app(settings), follow_redirects=True) as client:
        yield client


def lines(store: Path) -> set[str]:
    """Return the statements of a store but for ontology, shapes and the state of seeding."""
    with closing(open_store(store, read_only=True)) as engine:
        found = b"".join(engine.dump()).decode().splitlines()
    return {line for line in found if not line.endswith(RENEWED)}


def test_an_old_store_is_read_and_not_written_until_it_is_upgraded(old: Path) -> None:
    before = lines(old)
    refused = command(old, "import", ROOT / "data" / "cards" / "medqa.yaml")
    assert refused.returncode == 2
    assert "The store has version 0.1.0 of the ontology" in refused.stderr
    assert "`evalgap upgrade`" in refused.stderr
    assert command(old, "serve").stderr == refused.stderr
    assert lines(old) == before
    asked = command(old, "query", "verdict-counts", "--param", "deployment=night-ward")
    assert asked.stdout.splitlines()[1] == f"{BASE}id/benchmark/ward-questions,Jane Doe,1,0,0,0"


def test_a_version_of_thousands_of_digits_is_one_more_that_is_not_ours(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store")) as engine:
        version = f'<{BASE}ontology> <{OWL.versionInfo}> "{"9" * 5000}" <{BASE}graph/ontology> .\n'
        engine.commit(version)
    refused = command(tmp_path / "store", "import", ROOT / "data" / "cards" / "medqa.yaml")
    assert refused.returncode == 2
    assert refused.stderr.startswith("evalgap: The store has version 9")


def test_a_dry_run_says_what_would_change_and_changes_nothing(old: Path) -> None:
    before, beside = lines(old), sorted(old.parent.iterdir())
    done = command(old, "upgrade", "--dry-run", seed=False)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"would go from ontology 0.1.0 to {releases.current()}" in said
    assert "query-authorship/examination-item is examination, expert: " in said
    assert "user-written may mean asked-for-by-study, natural-use" in said
    assert "profile/night-ward/jane/2" in said
    assert (lines(old), sorted(old.parent.iterdir())) == (before, beside)


def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "mine.txt").write_text("kept")
    for options in ((), ("--dry-run",)):
        done = command(tmp_path / "store", "upgrade", *options)
        assert (done.returncode, "There is no store at" in done.stderr) == (2, True)
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == [
        "store", "store/mine.txt",
    ]  # fmt: skip


def test_a_store_that_a_link_leads_to_is_upgraded_where_it_is(tmp_path: Path) -> None:
    unpacked(tmp_path).rename(tmp_path / "real")
    (tmp_path / "store").symlink_to("real")
    assert command(tmp_path / "store", "upgrade", seed=False).returncode == 0
    assert (tmp_path / "store").is_symlink()
    assert command(tmp_path / "real", "upgrade", seed=False).stdout.startswith("The store is up to")
    assert not list(tmp_path.glob("*.upgrading"))


def test_a_store_that_is_a_volume_is_refused_before_any_work(tmp_path: Path) -> None:
    store = unpacked(tmp_path)
    mounted = ["mount", "--bind", str(store), str(store)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        done = command(store, "upgrade", seed=False)
    finally:
        subprocess.run(["umount", "-l", str(store)], check=True)
    assert (done.returncode, "A volume is mounted at" in done.stderr) == (2, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store", "store-set-aside.sqlite"]


def test_a_store_in_use_is_left_alone(tmp_path: Path) -> None:
    store = unpacked(tmp_path)
    with closing(open_store(store)):
        done = command(store, "upgrade", seed=False)
    assert done.returncode == 2
    assert "Another process has the store" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store", "store-set-aside.sqlite"]


def test_the_store_as_it_was_is_kept_beside_it(old: Path, upgraded: Upgraded) -> None:
    kept = upgraded.store.with_name(f"store-before-{releases.current()}")
    assert str(kept) in upgraded.said
    assert lines(kept) == lines(old)


def test_nothing_that_the_old_store_said_is_lost(old: Path, upgraded: Upgraded) -> None:
    assert lines(old) - lines(upgraded.store) == set()


def test_codes_are_moved_in_a_new_version_and_the_versions_before_stay(client: TestClient) -> None:
    card = client.get(f"/api/v1/cards/{CARD}").json()
    assert card["version"] == 3
    authorship = next(a for a in card["assumptions"] if a["dimension"] == "query-authorship")
    codings = {c["code"]: (c["basis"], c.get("share")) for c in authorship["codings"]}
    assert codings == {
        "query-authorship/expert": ("stated", None),
        "query-authorship/written-for-evaluation": ("stated", 0.7),
        "query-authorship/examination": ("derived", 0.3),
    }
    before = client.get(f"/id/card/{CARD}/2.nt").text
    assert f"<{BASE}value/query-authorship/examination-item>" in before
    assert f"<{BASE}id/card/{CARD}/2> <http://purl.org/dc/terms/isReplacedBy>" in before


def test_what_may_mean_several_things_is_kept_and_named(
    client: TestClient, upgraded: Upgraded
) -> None:
    profile = client.get("/api/v1/deployments/night-ward").json()["profiles"][0]
    (authorship,) = [c for c in profile["characteristics"] if c["dimension"] == "query-authorship"]
    assert set(authorship["observed"]) == {
        "query-authorship/user-written", "query-authorship/natural-use",
    }  # fmt: skip
    assert "user-written may mean asked-for-by-study, natural-use" in upgraded.said


def test_shipped_records_are_there_once(client: TestClient, upgraded: Upgraded) -> None:
    current = (
        f"SELECT ?series (COUNT(*) AS ?n) {{ ?card <{DCAT.isVersionOf}> ?series "
        f"FILTER NOT EXISTS {{ ?card <{DCTERMS.isReplacedBy}> ?newer }} }} GROUP BY ?series"
    )
    answer = client.get("/sparql", params={"query": current, "format": "json"}).json()
    counts = {row["series"]["value"]: row["n"]["value"] for row in answer["results"]["bindings"]}
    assert set(counts.values()) == {"1"}
    shipped_and_own = ("medqa/evalgap", "bbq/evalgap", CARD)
    assert {f"{BASE}id/card/{name}" for name in shipped_and_own} <= set(counts)
    assert "records shipped since: card " in upgraded.said


@pytest.mark.parametrize("deployment", ["night-ward", "public-self-assessment"])
def test_judgements_of_the_old_store_still_answer(
    old: Path, client: TestClient, deployment: str
) -> None:
    before = command(old, "query", "verdict-counts", "--param", f"deployment={deployment}")
    after = client.get("/queries/verdict-counts.csv", params={"deployment": deployment}).text
    assert set(before.stdout.splitlines()) <= set(after.splitlines())


def test_two_hundred_names_of_the_old_store_lead_somewhere(old: Path, client: TestClient) -> None:
    subjects = {line.partition(" ")[0].strip("<>") for line in lines(old)}
    names = sorted(name.removeprefix(BASE) for name in subjects if name.startswith(f"{BASE}id/"))
    some = names[:: max(1, len(names) // 200)][:200]
    for name in some:
        found = client.get(f"/{name}", follow_redirects=False)
        assert (found.status_code, found.headers["location"]) == (303, f"/doc/{name}")
    for name in some[::10]:
        assert client.get(f"/{name}").status_code == 200, name


def test_a_second_upgrade_changes_nothing(upgraded: Upgraded, client: TestClient) -> None:
    del client  # it has the store open, and reads what a copy of it says
    store = upgraded.store.with_name("again")
    with closing(open_store(upgraded.store, read_only=True)) as engine:
        engine.copy(store)
    before = lines(store)
    done = command(store, "upgrade")
    assert "The store is up to date" in done.stdout
    assert lines(store) == before
    assert not store.with_name(f"again-before-{releases.current()}").exists()


def test_an_old_file_is_no_change_of_what_an_upgrade_made_of_it(
    upgraded: Upgraded, tmp_path: Path
) -> None:
    store = upgraded.store.with_name("imported")
    with closing(open_store(upgraded.store, read_only=True)) as engine:
        engine.copy(store)
    file = tmp_path / "jane.yaml"
    file.write_text(WARD, encoding="utf-8")
    done = command(store, "import", file)
    assert "unchanged" in done.stdout + done.stderr
    assert f"<{BASE}id/card/{CARD}/4>" not in "".join(lines(store))


WARD = """
evalgap: 1
benchmark_name: Ward questions
citation: "Jane Doe, 2026"
benchmark: {id: ward-questions, domains: [healthcare],
            publications: ["https://example.org/ward-questions"]}
card:
  author: {id: jane, name: Jane Doe}
  origin: designer
  status: accepted
task:
  query_authorship:
    answer: Nurses wrote some questions, others are from an examination.
    values:
      - {value: expert-written, basis: stated, share: 0.7, source_text: "written by nurses"}
      - {value: examination-item, basis: derived, rule: stated-in-paper@1, share: 0.3}
    source: {url: "https://example.org/ward-questions", locator: section 2}
  information_completeness: {answer: All is said., values: [complete]}
  interaction_type: {answer: One prompt without turns., values: [single-turn]}
outcome:
  decision_mediation: {answer: The output is scored., values: [output-is-decision]}
  outcome_validity: {answer: Raters judge each answer., values: [item-correctness]}
"""
"""The second version of the card, as it was imported into the old store."""
