"""Files as they come: blank lines, repeated fields, several documents, graphs, NaN."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import Document, Raw, Rejected
from loaders.model import Card, DatasetCard, Result
from loaders.registry import documents
from tests.loaders.formats.samples import MODEL, SAMPLES
from tests.loaders.reading import outcomes, put


def read(text: str, name: str) -> list[Document | Rejected]:
    return list(documents(Raw(name, text.encode(), path=name)))


@pytest.mark.parametrize("before", ["", "\n", "\r\n\r\n", " \n\t\n", "\ufeff\n"])
@pytest.mark.parametrize("name", ["README.md", "card"])
def test_white_space_may_stand_before_front_matter(before: str, name: str) -> None:
    text = f"{before}---\npretty_name: BioSet\nlanguage_creators: [found]\n---\n# Dataset Card\n"
    (found,) = read(text, name)
    assert isinstance(found, Document), found
    assert isinstance(found.records[0], DatasetCard)
    assert found.records[0].title == "BioSet"


def test_a_field_twice_in_an_included_file_counts_as_in_the_harness(tmp_path: Path) -> None:
    base = "dataset_path: a/b\noutput_type: multiple_choice\nrepeats: 1\nrepeats: 2\n"
    found = outcomes(put(tmp_path, {"_base": base, "t.yaml": "task: t\ninclude: _base\n"}))[
        "t.yaml"
    ]
    assert isinstance(found, Document), found
    assert "repeats = 2" in found.records[0].model_dump()["settings"]
    (warning,) = found.warnings
    assert (warning.field, "_base" in warning.message) == ("repeats", True)
    assert found.records[0].model_dump()["assumptions"][2]["codings"]


def test_a_broken_included_file_is_named(tmp_path: Path) -> None:
    files = {"deep/_base": "repeats: [1", "t.yaml": "task: t\ninclude: deep/_base\n"}
    found = outcomes(put(tmp_path, files))["t.yaml"]
    assert isinstance(found, Rejected)
    assert found.format == "lm-eval-task"
    assert "included file deep/_base" in found.problems[0].message


def test_each_document_of_a_yaml_file_is_one() -> None:
    text = "".join(f"---\nbenchmark_name: {n}\nintended_use_case: {{}}\n" for n in "AB")
    found = read(f"{text}---\nbenchmark_name: [\n---\n", "cards.yaml")
    assert isinstance(found[0], Rejected)  # what breaks off has no documents
    first, second, third = read(f"{text}---\nother: 1\n---\n", "cards.yaml")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert [d.records[0].model_dump()["title"] for d in (first, second)] == ["A", "B"]
    assert (second.raw.place, first.raw.key) == ("document 1", "cards: A")
    assert isinstance(third, Rejected)
    (one,) = read("benchmark_name: A\nintended_use_case: {}\n---\n", "cards.yaml")
    assert (isinstance(one, Document), one.raw.place) == (True, "")


def test_the_datasets_of_a_graph_are_read_with_what_they_refer_to() -> None:
    jane = {"@id": "#jane", "@type": "Person", "name": "Jane"}
    sets = [
        {"@type": "Dataset", "name": n, "creator": {"@id": "#jane"}, "distribution": []}
        for n in "AB"
    ]
    tree = {"@context": {"@vocab": "https://schema.org/"}, "@graph": [jane, *sets]}
    found = read(json.dumps(tree), "graph.jsonld")
    assert [(d.raw.place, d.raw.key) for d in found] == [
        ("/@graph/1", "A; Jane"), ("/@graph/2", "B; Jane"),
    ]  # fmt: skip


def run(score: str) -> str:
    shown = {"metric_config": {}, "evaluation_name": "e"}
    tree: dict[str, Any] = {
        "evaluation_id": "x", "model_info": {"id": "a/b"},
        "evaluation_results": [
            {**shown, "score_details": {"score": 1}}, {**shown, "score_details": {"score": 7777}},
        ],
    }  # fmt: skip
    return json.dumps(tree).replace("7777", score)


@pytest.mark.parametrize("score", ["NaN", "-Infinity", "1e999", f"0.{'1' * 500}"])
def test_what_is_no_number_is_left_out_with_its_field(score: str) -> None:
    (found,) = read(run(score), "r.json")
    assert isinstance(found, Document), found
    assert isinstance(found.records[0], Result)
    assert len(found.records[0].measurements) == 1
    (warning,) = (w for w in found.warnings if w.value.startswith(score[:9]))
    assert warning.field == "evaluation_results/1/score_details/score"
    assert "left out" in warning.message


@pytest.mark.parametrize("score", ["9" * 39, "1.2e38"])
def test_a_score_with_more_digits_than_a_record_holds_is_kept_as_reported(score: str) -> None:
    (found,) = read(run(score), "r.json")
    assert isinstance(found, Document), found
    assert isinstance(found.records[0], Result)
    _, second = found.records[0].measurements
    assert (second.value, second.as_reported) == (None, str(Decimal(score)))
    assert any("more than 18 digits" in w.message for w in found.warnings)


def test_a_needed_number_that_is_none_is_the_first_reason() -> None:
    text = (
        "evalgap: 1\nbenchmark_name: .nan\nbenchmark: {id: b}\ncard: {author: {id: j, name: J}}\n"
    )
    (found,) = read(text, "b.yaml")
    assert isinstance(found, Rejected)
    assert (found.problems[0].field, found.problems[0].value) == ("benchmark_name", ".nan")


NEXUS = {"id": "eval-one", "name": "Eval One", "isDefinedByTaxonomy": "x"}


@pytest.mark.parametrize(
    "given", [[NEXUS], {"eval-one": {k: NEXUS[k] for k in NEXUS if k != "id"}}]
)
def test_the_whole_export_of_the_nexus_graph_is_read(given: object) -> None:
    tree = {"evaluations": given, "risks": [{"id": "r1"}], "actions": None, "entries": []}
    (found,) = read(json.dumps(tree), "ai-risk-ontology.json")
    assert isinstance(found, Document), found
    assert (found.format, found.raw.key) == ("ai-atlas-nexus", "eval-one")
    (other,) = read(json.dumps({"evaluations": [{"id": 1}], "x": 1}), "other.json")
    assert isinstance(other, Rejected)


SECTIONS: dict[str, dict[str, Any]] = {
    "\N{BAR CHART} Benchmark Details": {
        "Name": "Made up", "Overview": "A benchmark of dialogues.\n\nIt has two parts.",
        "Domains": ["Healthcare", "Law"],
        "Resources": ["[Resource](https://example.org/a_(b))", "not a link"],
    },
    "\N{DIRECT HIT} Purpose and Intended Users": {
        "Goal": "To test.", "Target Audience": ["Nurses"], "Tasks": ["Triage"],
        "Limitations": "N/A", "Out of Scope Uses": ["Diagnosis"],
    },
    "\N{FLOPPY DISK} Data": {"Source": "Written by nurses", "Annotation": "By two nurses"},
    "\N{MICROSCOPE} Methodology": {"Metrics": ["Accuracy", "F1"], "Validation": "None"},
    "\N{WARNING SIGN} Targeted Risks": {
        "Atlas Risks": ["**Fairness**: Data bias, Output bias"], "Potential Harm": "Wrong advice",
    },
}  # fmt: skip


def test_a_card_in_markdown_says_what_its_json_says() -> None:
    """The cards of SokolAnn/BenchmarkCards that authors approved are there as Markdown alone."""
    lines = ["# Made up", ""]
    for section, fields in SECTIONS.items():
        lines.append(f"## {section}\n")
        for name, value in fields.items():
            items = "".join(f"\n- {v}" for v in value) if isinstance(value, list) else f" {value}"
            lines.append(f"**{name}**:{items}\n")
    tree = {
        "benchmark_details": {
            "name": "Made up", "overview": "A benchmark of dialogues.\n\nIt has two parts.",
            "domains": ["Healthcare", "Law"],
            "resources": ["https://example.org/a_(b)", "not a link"],
        },
        "purpose_and_intended_users": {
            "goal": "To test.", "audience": ["Nurses"], "tasks": ["Triage"],
            "limitations": "N/A", "out_of_scope_uses": ["Diagnosis"],
        },
        "data": {"source": "Written by nurses", "annotation": "By two nurses"},
        "methodology": {"metrics": ["Accuracy", "F1"], "validation": None},
        "targeted_risks": {
            "atlas_risks": {
                "risks": [{"category": "Fairness", "subcategory": ["Data bias", "Output bias"]}]
            },
            "harm": "Wrong advice",
        },
    }  # fmt: skip
    files = {"star.md": "\n".join(lines).encode(), "star.json": json.dumps(tree).encode()}
    star = "\N{WHITE MEDIUM STAR}"
    found = [d for n, data in files.items() for d in documents(Raw(star + n, data))]
    one, other = (d for d in found if isinstance(d, Document))
    assert (one.format, other.format) == ("sokolann-markdown", "sokolann-json")
    assert one.ident != other.ident
    assert one.called("x").records == other.called("x").records
    assert one.warnings == other.warnings
    (record,) = one.records
    assert isinstance(record, Card)
    assert (record.status, record.origin) == ("accepted", "designer")


def test_tests_of_a_format_and_steps_on_the_way_to_a_card_are_no_cards(tmp_path: Path) -> None:
    """mlcroissant's repository holds 31 descriptions that are wrong on purpose."""
    context = {"@context": {"@vocab": "https://schema.org/"}, "@type": "Dataset"}
    dataset = {**context, "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "mydataset"}
    card = {"benchmark_card": {"benchmark_details": {"name": "Made up"}}}
    files = {
        "tests/graphs/bad/metadata.json": dataset,
        "tests/graphs/bad/output.txt": "Found the following 1 error(s) during the validation:\n",
        "tests/graphs/good/metadata.json": dataset,
        "tests/graphs/good/output.txt": "",
        "run/tool_output/risk_enhanced/made-up.json": card,
        "run/benchmarkcard/made-up.json": card,
    }
    found = outcomes(put(tmp_path, files))
    over = {n: f.passed_over for n, f in found.items() if isinstance(f, Rejected)}
    assert {n: what for n, what in over.items() if n.endswith(".json")} == {
        "tests/graphs/bad/metadata.json": "test of mlcroissant",
        "run/tool_output/risk_enhanced/made-up.json": "step of auto-benchmarkcard",
    }
    cards = {n for n, f in found.items() if isinstance(f, Document)}
    assert cards == {"tests/graphs/good/metadata.json", "run/benchmarkcard/made-up.json"}


@pytest.mark.parametrize(
    "listed",
    [
        "[//]: # (- **Homepage:** )\n- **Repository:** https://example.org/a\n",
        "* Homepage: https://example.org/a\n* Paper: none\n",
        "[Homepage](https://example.org/a)\n",
        "- **Homepage:** https://example.org/a\n",
    ],
)
def test_a_list_of_links_is_no_description(listed: str) -> None:
    text = "---\ntask_ids: [nli]\n---\n# Dataset Card for One\n## Dataset Description\n\n" + listed
    summary = "\n### Dataset Summary\n\nPaper reviews: many of them.\n"
    for body, said in ((text, None), (text + summary, "Paper reviews: many of them.")):
        (found,) = documents(Raw("README.md", body.encode()))
        assert isinstance(found, Document)
        (record,) = found.records
        assert isinstance(record, DatasetCard)
        assert record.description == said


def test_the_scores_of_a_model_card_are_a_result() -> None:
    found = SAMPLES["huggingface-model-index"].read({"front": MODEL, "text": {}})
    assert isinstance(found, Document)
    (result,) = found.records
    assert isinstance(result, Result)
    assert (result.title, result.systems[0].name) == ("Scores of Clerk, from its card", "Clerk")
    assert result.dataset_identifiers == ("huggingface:o/exams",)
    assert result.pages == ("https://site.test/board",)
    scores = [(m.metric.name, str(m.value), m.unit, m.evaluation) for m in result.measurements]
    assert scores == [
        ("Accuracy", "0.5", "score-point", "Exams, split test, QA"),
        ("f1", "41", "score-point", "Exams, split test, QA"),
    ]


def test_a_model_card_without_a_number_says_so() -> None:
    odd = [{"name": "M", "results": [{"metrics": [{"type": "accuracy", "value": "good"}]}]}]
    found = SAMPLES["huggingface-model-index"].read({"front": {"model-index": odd}, "text": {}})
    assert isinstance(found, Rejected)
    assert [p.value for p in found.problems] == ["good", ""]
    empty = SAMPLES["huggingface-model-index"].read({"front": {"model-index": []}, "text": {}})
    assert isinstance(empty, Rejected)
    assert empty.passed_over


def test_a_model_card_is_known_by_its_repository() -> None:
    text = SAMPLES["huggingface-model-index"].text({"front": MODEL, "text": {}}).encode()
    places = (
        "https://huggingface.co/o/clerk/raw/main/README.md",
        "hub/models--o--clerk/snapshots/1/README.md",
        "clerk/README.md",
    )
    found = [d for place in places for d in documents(Raw(place, text))]
    keys = [d.raw.known_by for d in found]
    assert [(k.words, k.given) for k in keys if k] == [
        ("o/clerk", True), ("o/clerk", True), ("README", False),
    ]  # fmt: skip
