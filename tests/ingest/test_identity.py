"""No document becomes a version of another: keys of formats, files of one name, copies, moves."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rdflib import URIRef

from loaders.contract import Document, Raw, Rejected
from loaders.model import DatasetCard
from loaders.reading.files import raw_records
from loaders.registry import documents, identity
from service.access import LogEntry
from service.common.problems import Gone, Renamed
from service.ingest import pipeline
from service.ingest.pipeline import ingest
from service.ingest.report import Outcome
from service.ingest.undo import undo, undoing
from service.ingest.upgrade import upgrade
from service.records import repository
from service.records.renamed import check_name
from service.store.oxigraph.store import open_store
from service.store.port import Engine
from service.validation.gate import Gate

HUB = "---\nlanguage_creators: [crowdsourced]\n{}---\n# Dataset Card for {}\n{}"
CROISSANT = {"@context": {"@vocab": "https://schema.org/"}, "@type": "Dataset", "distribution": []}


def croissant(name: str, **fields: object) -> str:
    return json.dumps({**CROISSANT, "name": name, **fields})


def sokolann(name: str, overview: str = "") -> dict[str, object]:
    return {"benchmark_details": {"name": name, "overview": overview}}


def unitxt(data: str) -> str:
    loader = {"__type__": "load_hf", "path": data}
    return json.dumps({"__type__": "task_card", "loader": loader})


def table(name: str, answer: str) -> str:
    return f"Benchmark name,Are examples single or multi-turn?\n{name},{answer}\n"


FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "authors": ("card.yaml", "benchmark_name: {}\nintended_use_case: {{}}".format),
    "sokolann": ("card.json", lambda name: json.dumps(sokolann(name))),
    "croissant, address": (
        "croissant.json", lambda n: croissant(n, url=f"https://data.org/{n}"),
    ),
    "croissant, id": ("croissant.json", lambda n: croissant(n, **{"@id": f"https://data.org/{n}"})),
    "croissant, creator": ("croissant.json", lambda n: croissant(n, creator={"name": "Jane"})),
    "croissant, name": ("croissant.json", croissant),
    "hub, name": ("README.md", lambda name: HUB.format("", name, "")),
    "hub, page": ("README.md", lambda n: HUB.format("", n, f"- **Paper:** http://a.org/{n}")),
    "lm-eval": ("task.yaml", "task: {}\ndataset_path: o/d\noutput_type: multiple_choice".format),
    "inspect": ("eval.yaml", "title: {0}\ngroup: K\ntasks: [{{name: {0}}}]".format),
    "hub eval": (
        "eval.yaml", "name: {0}\nevaluation_framework: inspect-ai\ntasks: [{{id: {0}}}]".format,
    ),
    "bigbench": (
        "task.json", lambda n: json.dumps({"name": n, "examples": [], "metrics": ["m"]}),
    ),
    "unitxt": ("card.json", unitxt),
    "table": ("cards.csv", lambda name: table("One", name)),
}  # fmt: skip
"""What files of each format are called, and one that says another thing for each name."""


@pytest.fixture
def store() -> Iterator[Engine]:
    engine = open_store(None)
    yield engine
    engine.close()


def put(folder: Path, name: str, text: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    return path


def taken(store: Engine, *paths: Path, **options: Any) -> list[Outcome]:
    def found() -> Iterator[Document | Rejected]:
        for raw in raw_records(paths):
            yield from [raw] if isinstance(raw, Rejected) else documents(raw)

    return list(ingest(found(), store, Gate(0), audited=False, **options))


def states(outcomes: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def series(outcome: Outcome) -> str:
    return outcome.iris[0].rpartition("/")[0]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("together", ["together", ""])
def test_files_of_one_name_are_records_of_their_own(
    store: Engine, tmp_path: Path, form: str, together: str
) -> None:
    name, made = FORMS[form]
    files = [put(tmp_path, f"{folder}/{name}", made(folder)) for folder in ("law", "health")]
    first = taken(store, *files) if together else [o for f in files for o in taken(store, f)]
    titled = form != "table" or bool(together)
    assert states(first) == ["new", "new" if titled else "revised"], first
    assert len({series(o) for o in first}) == (2 if titled else 1)
    if together:  # whichever is read, and in whatever order, gives what the two of them did
        again = taken(store, files[1], files[0])
        assert (states(again), [series(o) for o in again]) == (
            ["unchanged"] * 2, [series(o) for o in reversed(first)],
        )  # fmt: skip
        assert states(taken(store, files[1])) == ["unchanged"]
    folder = taken(store, tmp_path)
    assert titled is (states(folder) == ["unchanged"] * 2)


@pytest.mark.parametrize("name", ["data/datasets/squad/{}", "datasets--org--squad/x/{}"])
@pytest.mark.parametrize("form", ["hub, name", "hub eval"])
def test_a_repository_of_the_hub_is_known_by_its_path(
    store: Engine, tmp_path: Path, form: str, name: str
) -> None:
    file, made = FORMS[form]
    (first,) = taken(store, put(tmp_path, name.format(file), made("SQuAD")))
    again = put(tmp_path / "elsewhere", name.format(file), made("SQuAD, corrected"))
    (second,) = taken(store, again)
    assert (second.state, series(second)) == ("revised", series(first))


def test_data_sets_of_one_address_are_apart_unless_the_file_is_the_same(
    store: Engine, tmp_path: Path
) -> None:
    """Projects give several data sets their own address as `url`."""

    def one(name: str, title: str) -> Outcome:
        file = put(tmp_path, name, croissant(title, url="https://data.org/project"))
        (outcome,) = taken(store, file)
        return outcome

    first, second = one("a/croissant.json", "Scans"), one("b/croissant.json", "Letters")
    assert (second.state, series(second) != series(first)) == ("new", True)
    mended = one("a/croissant.json", "Scans, mended")
    assert (mended.state, series(mended)) == ("revised", series(first))
    (document,) = documents(
        Raw("croissant.json", croissant("X", url="https://data.org/x").encode())
    )
    (other,) = documents(Raw("croissant.json", croissant("Y", url="https://data.org/x").encode()))
    assert states(list(ingest([document], store, Gate(0), audited=False))) == ["new"]
    (refused,) = ingest([other], store, Gate(0), audited=False)
    said = refused.problems[0].sentence()
    assert all(words in said for words in ("under the address", "Y", "'X'", "--replace"))


@pytest.mark.parametrize("form", ["croissant, id", "lm-eval"])
def test_a_title_corrected_under_a_key_of_the_source_is_a_version(
    store: Engine, tmp_path: Path, form: str
) -> None:
    name, made = FORMS[form]
    text = made("first")
    (first,) = taken(store, put(tmp_path, name, text))
    mended = text.replace('"name": "first"', '"name": "Mended"').replace("multiple", "other")
    (second,) = taken(store, put(tmp_path / "moved", name, mended))
    assert (second.state, series(second)) == ("revised", series(first))
    assert second.changes[0].replaces_source == str(tmp_path / name)


@pytest.mark.parametrize("form", ["authors", "sokolann", "hub, name", "inspect", "bigbench"])
def test_another_title_under_the_name_of_a_file_takes_replace(
    store: Engine, tmp_path: Path, form: str
) -> None:
    name, made = FORMS[form]
    (first,) = taken(store, file := put(tmp_path, name, made("First")))
    put(tmp_path, name, made("Second"))
    (refused,) = taken(store, file)
    assert refused.state == "set aside"
    said = refused.problems[0].sentence()
    assert all(words in said for words in ("'First'", "Second", str(file), "--replace"))
    (rehearsed,) = taken(store, file, replacing=True, dry_run=True)
    (second,) = taken(store, file, replacing=True)
    assert rehearsed.state == second.state == "revised"
    assert series(second) == series(first)
    assert "another title" in second.warnings[-1].message + second.warnings[0].message


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv"])
def test_a_renamed_list_is_recognised_item_by_item(
    store: Engine, tmp_path: Path, suffix: str
) -> None:
    items = [sokolann(name) for name in "AB"]
    header, row = table("A", "Both").splitlines()
    text = {
        "json": json.dumps(items),
        "jsonl": "\n".join(map(json.dumps, items)),
        "csv": f"{header}\n{row}\n{row.replace('A', 'B', 1)}\n",
    }[suffix]
    first = taken(store, put(tmp_path, f"cards.{suffix}", text))
    again = taken(store, put(tmp_path, f"renamed.{suffix}", text))
    assert (states(first), states(again)) == (["new"] * 2, ["unchanged"] * 2)
    assert [series(o) for o in again] == [series(o) for o in first]
    assert "A file of another name" in again[0].warnings[-1].message


def test_items_of_a_list_are_known_by_what_they_say(store: Engine, tmp_path: Path) -> None:
    a, b, c = (sokolann(name) for name in "ABC")
    for name, text in (
        ("cards.json", json.dumps),
        ("more.jsonl", lambda items: "\n".join(map(json.dumps, items))),
    ):
        first = taken(store, put(tmp_path, name, text([a, b])))
        again = taken(store, put(tmp_path, name, text([c, b, a])))
        assert states(again) == ["new", "unchanged", "unchanged"]
        assert [series(o) for o in again[1:]] == [series(o) for o in reversed(first)]
        (mended,) = taken(store, put(tmp_path, name, text([sokolann("B", "Mended.")])))
        assert (mended.state, series(mended)) == ("revised", series(first[1]))


def test_items_of_one_name_stay_apart_in_any_order(store: Engine, tmp_path: Path) -> None:
    items = [sokolann("A", said) for said in ("One.", "Two.", "Three.")]
    first = taken(store, put(tmp_path, "cards.json", items))
    assert states(first) == ["new"] * 3
    again = taken(store, put(tmp_path, "cards.json", items[::-1]))
    assert states(again) == ["unchanged"] * 3
    assert {series(o) for o in again} == {series(o) for o in first}


def test_rows_of_two_tables_with_one_key_are_told(store: Engine, tmp_path: Path) -> None:
    rows = "bibkey,title,task_source,response_format\nk{0},T{0},{1},Short\n"
    put(tmp_path, "clean.csv", rows.format(1, "Human exams"))
    put(tmp_path, "raw.csv", rows.format(1, "Crowd-sourced"))
    kept, refused = taken(store, tmp_path)
    assert states([kept, refused]) == ["new", "set aside"]
    assert "clean.csv" in refused.problems[0].sentence()
    assert states(taken(store, tmp_path)) == ["unchanged", "set aside"]
    *_, replaced = taken(store, tmp_path, replacing=True)
    assert replaced.state == "revised"
    assert "replaces" in replaced.warnings[-1].message


def test_authors_identities_that_two_files_give_are_told(store: Engine, tmp_path: Path) -> None:
    text = (
        "evalgap: 1\nbenchmark_name: {}\nbenchmark: {{id: b}}\ncard: {{author: {{id: j, name: J}}}}"
    )
    for name in ("One", "Two"):
        put(tmp_path, f"{name}.yaml", text.format(name))
    _, second = taken(store, tmp_path)
    assert second.state == "revised"
    assert any("One.yaml" in w.value for w in second.warnings)


def test_two_tasks_of_one_name_are_both_kept_and_told(store: Engine, tmp_path: Path) -> None:
    text = "task: same\ndataset_path: org/{}\noutput_type: multiple_choice"
    files = [put(tmp_path, f"lm_eval/tasks/{n}/t.yaml", text.format(n)) for n in "ab"]
    first = taken(store, tmp_path)
    assert states(first) == ["new", "new"]
    assert first[1].warnings[-1].value == str(files[0])
    (second,) = taken(store, put(tmp_path, "lm_eval/tasks/b/t.yaml", text.format("c")))
    assert (second.state, series(second)) == ("revised", series(first[1]))


def test_a_renamed_file_of_the_same_content_is_recognised(store: Engine, tmp_path: Path) -> None:
    (first,) = taken(store, old := put(tmp_path, "medqa.json", sokolann("MedQA")))
    (copied,) = taken(store, old.rename(tmp_path / "med-qa.json"))
    assert (copied.state, series(copied)) == ("unchanged", series(first))
    assert str(old) in copied.warnings[-1].value
    (mended,) = taken(store, put(tmp_path, "med-qa.json", sokolann("MedQA", "Mended.")))
    assert (mended.state, series(mended)) == ("revised", series(first))
    copies = [put(tmp_path / "two", f"{name}.json", sokolann("Other")) for name in "xy"]
    assert states(taken(store, *copies)) == ["new", "unchanged"]


def stored_by_0_1(
    store: Engine, file: Path, words: str, write: LogEntry | None = None
) -> tuple[str, Outcome]:
    """Store a file as 0.1 did under these words; return the identity, and the outcome."""
    (document,) = (d for r in raw_records([file]) if isinstance(r, Raw) for d in documents(r))
    assert isinstance(document, Document)
    ident = identity(document.format, words)
    before = replace(document.called(ident), raw=replace(document.raw, known_by=None))
    (old,) = ingest([before], store, Gate(0), audited=False, write=write)
    assert old.state == "new"
    return ident, old


def test_a_title_that_only_another_reader_gives_is_no_other_document(
    store: Engine, tmp_path: Path
) -> None:
    file = put(tmp_path, "croissant.json", croissant("Data"))
    (document,) = (d for r in raw_records([file]) if isinstance(r, Raw) for d in documents(r))
    assert isinstance(document, Document)
    (record,) = document.records
    before = replace(document, records=(record.model_copy(update={"title": "Data (0.1)"}),))
    assert states(list(ingest([before], store, Gate(0), audited=False))) == ["new"]
    (now,) = taken(store, file)
    assert (now.state, now.changes[0].replaces is not None) == ("revised", True)
    put(tmp_path, "croissant.json", croissant("Other"))
    (refused,) = taken(store, file)
    assert (refused.state, "That one is 'Data'" in str(refused.problems[0].mend)) == (
        "set aside", True,
    )  # fmt: skip


def test_an_upgrade_gives_records_of_0_1_the_names_of_today(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the records and the names of their files say; the others wait for their source."""
    task = "task: own_task\ndataset_path: o/d\noutput_type: multiple_choice"
    files = {
        put(tmp_path, "lm/a.yaml", task): ("lm/a.yaml", "own-task"),
        put(tmp_path, "datasets/squad/README.md", HUB.format("", "Squad", "")): (
            "datasets/squad/README.md", "huggingface-squad",
        ),
        put(tmp_path, "croissant.json", croissant("Data", url="https://data.org/d")): (
            "croissant.json", "",
        ),
    }  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "LOADER_VERSION", "1")
        old = {name: stored_by_0_1(store, f, words)[0] for f, (words, name) in files.items()}
    for more in (2, 0):
        report = upgrade(store, Gate(0), seed=False, tell=lambda _: None, write=None)
        assert (len(report.renamed), dict(report.waiting)) == (more, {"croissant": 1})
    for name, ident in old.items():
        if name:
            with pytest.raises(Renamed, match=name):
                check_name(store, URIRef(f"https://w3id.org/evalgap/id/{_thing(ident)}/{ident}"))
    assert "new" not in states(taken(store, *files))


def _thing(ident: str) -> str:
    return "implementation" if ident.startswith("lm-eval") else "dataset"


def test_two_keys_of_0_1_for_one_dataset_lead_to_one_name(store: Engine, tmp_path: Path) -> None:
    text = croissant("Data", url="https://data.org/d")
    names = ("a/croissant.json", "b/croissant.json")
    idents = [stored_by_0_1(store, put(tmp_path, name, text), name)[0] for name in names]
    assert states(taken(store, tmp_path)) == ["revised", "unchanged"]
    for ident in idents:
        with pytest.raises(Renamed):
            repository.load(store, "dataset-card", f"{ident}/croissant-not-stated")
    assert states(taken(store, tmp_path)) == ["unchanged", "unchanged"]


def test_an_import_that_moved_a_key_of_0_1_is_undone_under_the_new_name(
    store: Engine, tmp_path: Path
) -> None:
    address = "https://data.org/d"
    file = put(tmp_path, "croissant.json", croissant("Data", url=address, description="Old."))
    ident, _ = stored_by_0_1(store, file, "croissant.json", entry("import-1"))
    put(tmp_path, "croissant.json", croissant("Data", url=address, description="New."))
    (new,) = taken(store, file, write=entry("import-2"))
    kind, _, name = series(new).removeprefix("https://w3id.org/evalgap/id/").partition("/")
    assert undoing(store, "import-1").resting == (
        f"dataset-card/{ident}/croissant-not-stated (version 1, by the import import-2)",
    )
    done = undo(store, Gate(0), "import-2", entry("undo"))
    assert (len(done.gone), len(done.back)) == (0, 1)
    back = repository.load(store, kind, name)
    assert isinstance(back.record, DatasetCard)
    assert (back.version, back.record.description) == (2, "Old.")
    assert back.record.dataset.id == name.partition("/")[0]
    for old in (f"dataset-card/{ident}/croissant-not-stated", f"dataset/{ident}"):
        with pytest.raises(Renamed):
            check_name(store, URIRef(f"https://w3id.org/evalgap/id/{old}"))
    (again,) = taken(store, file, write=entry("import-3"))
    assert (again.state, series(again)) == ("revised", series(new))
    assert len(undo(store, Gate(0), "import-3", entry("undo-2")).back) == 1
    assert len(undo(store, Gate(0), "import-1", entry("undo-3")).gone) == 1
    with pytest.raises(Gone):
        repository.load(store, kind, name)


def entry(ident: str) -> LogEntry:
    return LogEntry(ident, datetime(2026, 1, 1, tzinfo=UTC), "ann", "", "import")


def test_a_key_of_0_1_is_a_name_that_leads_on(store: Engine, tmp_path: Path) -> None:
    file = put(tmp_path, "croissant.json", croissant("Data", url="https://data.org/d"))
    ident, old = stored_by_0_1(store, file, "croissant.json")

    (new,) = taken(store, file)
    assert (new.state, new.changes[0].replaces) == ("revised", old.iris[0])
    assert series(new) != series(old)
    with pytest.raises(Renamed):
        repository.load(store, "dataset-card", f"{ident}/croissant-not-stated")
    with pytest.raises(Renamed):
        check_name(store, URIRef(f"https://w3id.org/evalgap/id/dataset/{ident}"))
    kind, _, name = series(new).removeprefix("https://w3id.org/evalgap/id/").partition("/")
    assert repository.load(store, kind, name).version == 1
    assert states(taken(store, file)) == ["unchanged"]
