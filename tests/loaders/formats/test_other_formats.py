"""Dataset cards, catalogues, codebook and tables: each quirk in a file of our own."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from loaders.contract import Document, Raw, Rejected
from loaders.formats.evalgap_table import TEMPLATE
from loaders.model import Card, DatasetCard, Description, ImplementationCard
from loaders.reading.identifiers import identifier
from loaders.registry import documents
from service.validation.gate import Submission, check


def described(raw: Raw, every: int = 1) -> list[Description]:
    """Return the cards of a file; all must be read, and one of so many must pass the shapes."""
    found = [d for d in documents(raw) if isinstance(d, Document)]
    cards = [r for d in found for r in d.records if isinstance(r, Description)]
    checked = check([Submission(c, 1) for c in cards[::every]], "")
    assert [i for c in checked for i in c.issues if i.severity == "Violation"] == []
    return cards


def codes(card: Description, dimension: str) -> list[tuple[str, str, str | None, str | None]]:
    (found,) = (a for a in card.assumptions if a.dimension == dimension)
    return [(c.code.partition("/")[2], c.basis, c.rule, c.source_text) for c in found.codings]


def status(card: Description) -> dict[str, str]:
    return {a.dimension: a.answer_status for a in card.assumptions}


def rejected(raw: Raw) -> list[str]:
    found = [d for d in documents(raw) if isinstance(d, Rejected)]
    return [p.sentence() for d in found for p in d.problems]


SECTIONS = {
    "benchmark_details": {"name": "safety.demo", "resources": ["https://arxiv.org/abs/2109.07958"]},
    "purpose_and_intended_users": {},
    "data": {"source": "collected somewhere", "annotation": "by people"},
    "methodology": {"metrics": ["accuracy"]},
    "ethical_and_legal_considerations": {},
}


def test_what_the_producer_doubts_stays_doubted() -> None:
    doubt = "[Possible Hallucination], nothing supports it"
    tree = {**SECTIONS, "flagged_fields": {"data.source": doubt}, "missing_fields": ["data.size"]}
    raw = Raw("x.json", json.dumps({"benchmark_card": tree}).encode())
    (card,) = described(raw)
    assert isinstance(card, Card)
    assert card.flags == (f"data.source: {doubt}",)
    assert card.identifiers == ("arxiv:2109.07958",)
    (authorship,) = (a for a in card.assumptions if a.dimension == "query-authorship")
    assert authorship.hints[0] == f"{doubt} data.source: collected somewhere"
    assert status(card).pop("outcome-validity") == "answered"
    assert codes(card, "query-authorship") == []
    (document,) = documents(raw)
    assert isinstance(document, Document)
    assert len(document.warnings) == 2


def test_no_value_is_read_out_of_a_field_that_is_doubted() -> None:
    doubted = {**SECTIONS, "flagged_fields": {"methodology.metrics": "[Possible Hallucination]"}}
    raw = Raw("x.json", json.dumps({"benchmark_card": doubted}).encode())
    (card,) = described(raw)
    assert set(status(card).values()) == {"not-stated"}
    (outcome,) = (a for a in card.assumptions if a.dimension == "outcome-validity")
    assert outcome.hints == ("[Possible Hallucination] methodology.metrics: accuracy",)


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        (SECTIONS, "auto-benchmarkcard"),
        ({**SECTIONS, "targeted_risks": {}}, "sokolann-json"),
        ({**SECTIONS, "targeted_risks": {}, "card_info": {"llm": "m"}}, "auto-benchmarkcard"),
    ],
)
def test_two_producers_with_the_same_sections_are_told_apart(
    tree: dict[str, object], name: str
) -> None:
    (document,) = documents(Raw("x.json", json.dumps(tree).encode()))
    assert isinstance(document, Document)
    assert document.format == name


HUB = """---
pretty_name: Demo
language_creators: [found, crowdsourced]
annotations_creators: [expert-generated]
language: [no, en]
license: [unknown, mit]
task_categories: [question-answering]
---
# Dataset Card for Demo

- **Repository:** https://github.com/demo/demo
- **Paper:** https://arxiv.org/abs/2101.00001

## Dataset Summary

[More Information Needed]
"""


def test_a_hub_card_hints_at_who_wrote_and_answers_nothing() -> None:
    (card,) = described(Raw("a/demo/README.md", HUB.encode(), path="demo/README.md"))
    assert isinstance(card, DatasetCard)
    assert card.assumptions[0].hints == (
        "language_creators: found", "language_creators: crowdsourced",
    )  # fmt: skip
    assert list(status(card).values()).count("not-stated") == 5
    assert card.languages == ("no", "en")
    assert card.identifiers == ("github:demo/demo", "arxiv:2101.00001")
    assert card.description is None


@pytest.mark.parametrize(
    ("creators", "tasks"),
    [
        ("found", "question-answering"),
        ("expert-generated", "question-answering"),
        ("machine-generated", "conversational"),
        ("crowdsourced, expert-generated", "question-answering"),
        ("crowdsourced", "image-classification"),
        ("crowdsourced", "text-classification"),
        ("crowdsourced", "automatic-speech-recognition"),
    ],
)
def test_who_wrote_a_text_says_nothing_where_no_crowd_wrote_queries(
    creators: str, tasks: str
) -> None:
    text = HUB.replace("found, crowdsourced", creators).replace("question-answering", tasks)
    (card,) = described(Raw("README.md", text.encode()))
    assert (card.assumptions[0].hints, codes(card, "query-authorship")) == ((), [])


def test_tasks_about_dialogues_hint_at_the_turns() -> None:
    text = HUB.replace("[question-answering]", "[text-generation]\ntask_ids: [dialogue-modeling]")
    (card,) = described(Raw("README.md", text.encode()))
    (turns,) = (a for a in card.assumptions if a.dimension == "interaction-type")
    assert (turns.hints, turns.codings) == (("tasks: dialogue-modeling",), ())


def test_a_hub_card_without_front_matter_is_named_by_its_heading() -> None:
    (card,) = described(
        Raw("README.md", b"# Dataset Card for Old One\n\n## Dataset Summary\n\nX.\n")
    )
    assert (card.title, card.description) == ("Old One", "X.")


def test_other_markdown_is_no_card() -> None:
    assert "Markdown" in rejected(Raw("README.md", b"# Read me\n\nWords.\n"))[0]


CROISSANT = {
    "@context": {"@vocab": "https://schema.org/", "sc": "https://schema.org/"},
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.1",
    "name": {"de": "Beispiel", "en": "Example"},
    "url": "https://huggingface.co/datasets/allenai/WildChat-1M",
    "sameAs": "https://github.com/user/repo",
    "license": "https://example.net/undefined/",
    "rai:dataCollection": "Sampled from multi-turn conversations.",
    "distribution": [],
}


def test_croissant_gives_hints_and_is_never_fetched() -> None:
    remote = {**CROISSANT, "@context": "https://schema.invalid/context.jsonld"}
    for tree in (CROISSANT, remote):
        (card,) = described(Raw("metadata.json", json.dumps(tree).encode()))
        assert isinstance(card, DatasetCard)
        assert (card.title, card.rights) == ("Example", None)
        assert card.identifiers[0] == "huggingface:allenai/WildChat-1M"
        assert len(card.pages) == 1
        assert set(status(card).values()) == {"not-stated"}
        hints = {a.dimension: a.hints for a in card.assumptions if a.hints}
        assert set(hints) == {"interaction-type"}


def test_how_croissant_data_were_collected_is_kept_as_text_alone() -> None:
    (card,) = described(Raw("metadata.json", json.dumps(CROISSANT).encode()))
    assert isinstance(card, DatasetCard)
    assert not card.assumptions[0].hints
    assert "rai:dataCollection: Sampled from multi-turn conversations." in card.also_says


@pytest.mark.parametrize(
    ("given", "hinted"), [(True, True), ("true", True), (False, False), ("no", False)]
)
def test_synthetic_data_of_a_croissant_file_are_a_hint(given: object, hinted: bool) -> None:  # noqa: FBT001
    tree = {k: v for k, v in CROISSANT.items() if k != "rai:dataCollection"}
    raw = Raw("m.json", json.dumps({**tree, "rai:hasSyntheticData": given}).encode())
    (card,) = described(raw)
    assert card.assumptions[0].hints == (("rai:hasSyntheticData: true",) if hinted else ())


@pytest.mark.parametrize(
    ("overview", "hinted"),
    [
        ("Web agents book journeys", True),
        ("It is an agentic benchmark", True),
        ("It needs tool use over MCP servers", True),
        ("Built by a multi-agent framework", False),
        ("For dialogue agents and conversational agents", False),
        ("Sentient agent as a judge", False),
        ("Reagents and agency", False),
    ],
)
def test_sentences_on_agents_hint_at_the_turns(overview: str, hinted: bool) -> None:  # noqa: FBT001
    details = {"name": "Demo", "overview": f"First. {overview}. Last."}
    tree = {**SECTIONS, "benchmark_details": details, "targeted_risks": {}}
    (card,) = described(Raw("x.json", json.dumps(tree).encode()))
    (turns,) = (a for a in card.assumptions if a.dimension == "interaction-type")
    assert turns.codings == ()
    assert turns.hints == ((f"benchmark_details.overview: {overview}",) if hinted else ())


@pytest.mark.parametrize(
    ("metrics", "coded"),
    [
        (["Accuracy", "Macro-F1 Score", "Exact Match (EM)", "BLEU-4", "ROUGE-L"], True),
        (["Area Under the Receiver Operating Characteristic (AUC)", "nDCG@10", "Pass@1"], True),
        (["Accuracy", "Human preference"], False),
        (["Accuracy (LLM judge) and fluency"], False),
        (["Perplexity"], False),
        ([], False),
    ],
)
def test_metrics_that_all_compare_answers_give_the_outcome(
    metrics: list[str],
    coded: bool,  # noqa: FBT001
) -> None:
    tree = {**SECTIONS, "methodology": {"metrics": metrics}, "targeted_risks": {}}
    (card,) = described(Raw("x.json", json.dumps(tree).encode()))
    assert codes(card, "outcome-validity") == (
        [
            (
                "item-correct",
                "derived",
                "answer-metrics",
                f"methodology.metrics: {'; '.join(metrics)}",
            )
        ]
        if coded
        else []
    )


def test_a_croissant_file_without_a_name_is_set_aside() -> None:
    tree = {k: v for k, v in CROISSANT.items() if k != "name"}
    assert rejected(Raw("m.json", json.dumps(tree).encode())) == [
        "name: The dataset has no name. Give it one."
    ]


def test_a_unitxt_card_is_named_by_its_path_and_inherits_nothing() -> None:
    tree = {
        "__type__": "task_card",
        "loader": {"__type__": "load_hf", "path": "cais/mmlu", "name": "virology"},
        "task": "tasks.qa",
        "__tags__": {"language_creators": "expert-generated", "arxiv": ["2009.03300"]},
    }
    raw = Raw("catalog/cards/mmlu/virology.json", json.dumps(tree).encode())
    (card,) = described(raw)
    assert isinstance(card, ImplementationCard)
    assert card.title == "mmlu.virology"
    assert card.dataset_identifiers == ("huggingface:cais/mmlu",)
    assert "config = virology" in card.settings
    assert codes(card, "query-authorship") == []
    assert card.assumptions[0].hints == ()
    assert "__tags__/language_creators: expert-generated" in card.also_says
    tags = {"language_creators": "crowdsourced", "task_categories": "question-answering"}
    (other,) = described(Raw("cards/x.json", json.dumps({**tree, "__tags__": tags}).encode()))
    assert other.assumptions[0].hints == ("language_creators (inherited): crowdsourced",)
    suite = Raw("s.json", json.dumps({"__type__": "benchmark", "subsets": {"a": {}}}).encode())
    assert "suite" in rejected(suite)[0]


NEXUS = """
documents:
  - {id: arxiv.org/2101.00001, name: Paper, url: "https://arxiv.org/abs/2101.00001"}
evaluations:
  - {id: one, name: One, hasDocumentation: [arxiv.org/2101.00001, x], hasDataset: [Paul/XSTest]}
  - {name: nameless}
datasets:
  - {id: a/b, name: b, url: "https://huggingface.co/datasets/a/b", hasLicense: license-mit}
"""


def test_a_nexus_file_holds_many_and_one_bad_entry_stops_none() -> None:
    raw = Raw("data.yaml", NEXUS.encode())
    benchmark, dataset = described(raw)
    assert isinstance(benchmark, Card)
    assert isinstance(dataset, DatasetCard)
    assert benchmark.identifiers == ("arxiv:2101.00001", "huggingface:Paul/XSTest")
    assert dataset.rights == "license-mit"
    assert rejected(raw) == ["/evaluations/1: The entry has no id. Give it one."]


def test_a_hub_benchmark_file_names_its_framework() -> None:
    text = b"name: Demo\nevaluation_framework: inspect-ai\ntasks:\n  - {id: demo, split: test}\n"
    (card,) = described(Raw("eval.yaml", text))
    assert isinstance(card, ImplementationCard)
    assert (card.harness, card.groups, card.settings) == (
        "inspect-ai",
        ("demo",),
        ("split = test",),
    )


CODEBOOK = """bibkey,title,benchmark,task_source,response_format,task_source_clean,\
response_format_clean,metric_definition_clean,results_realism_clean,task_ecology_clean
one2024,"A
title", One ,x,y,"['Real task', 'Expert-crafted']",['Interaction'],['Exact match'],['Realistic'],
one2024,A title,One,x,y,"['LLM-generated', 'Procedurally-generated']",['Logits'],[''],open('x'),
two2024,Two,,x,y,"['Another benchmark', 'Human exams']",,\
"['Human ratings', 'Correlation']",,['Partial']
,No key,,x,y,,,,,
"""


def test_the_codebook_gives_derived_values_with_the_experts_words() -> None:
    raw = Raw("codebook.csv", CODEBOOK.encode())
    first, second, third = described(raw)
    assert first.title == "One"
    assert codes(first, "query-authorship") == [
        ("expert", "derived", "codebook-task-source", "Expert-crafted"),
        ("written-for-evaluation", "derived", "codebook-task-source", "Expert-crafted"),
    ]
    assert status(first)["query-authorship"] == "partly-answered"
    assert codes(first, "interaction-type")[0][0] == "multi-turn"
    assert codes(second, "query-authorship") == [
        ("model", "derived", "codebook-task-source", "LLM-generated; Procedurally-generated")
    ]
    assert codes(second, "interaction-type") == codes(second, "outcome-validity") == []
    assert status(third)["outcome-validity"] == "partly-answered"
    assert {c for c, *_ in codes(third, "outcome-validity")} == {"rubric-by-people", "item-correct"}
    assert third.title == "Two"
    named = [code for code, *_ in codes(third, "query-authorship")]
    assert named == ["taken-from-benchmark", "examination"], "who wrote an examination is not said"
    assert codes(third, "task-realism") == [
        ("partial-real-task", "derived", "codebook-task-ecology", "Partial")
    ]
    assert "task-realism" not in status(first)
    assert rejected(raw) == [
        "bibkey: The row names no paper. Fill in bibkey, and title or benchmark."
    ]


def test_two_codings_of_one_paper_stand_side_by_side() -> None:
    first, second, _ = described(Raw("codebook.csv", CODEBOOK.encode()))
    assert isinstance(first, Card)
    assert isinstance(second, Card)
    assert first.benchmark == second.benchmark
    assert first.author != second.author


ROW = {
    "benchmark_name": "Klinik-\u201eTest\u201c",
    "author": "Dr. Müller",
    "interaction_type": "Single-shot prompts only.",
    "interaction_type_holds": "No. People ask back.",
    "interaction_type_source": "https://doi.org/10.1000/x",
    "query_authorship": "N/A",
}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_table_template_is_read_as_spreadsheets_write_it(separator: str, encoding: str) -> None:
    lines = [[TEMPLATE[k] for k in ROW], [*ROW.values()], [""] * len(ROW)]
    text = "\r\n".join(separator.join(f'"{c}"' for c in line) for line in lines)
    raw = Raw("cards.csv", text.encode(encoding))
    check_sheet(raw)
    (document,) = documents(raw)
    assert isinstance(document, Document)
    assert any("Windows-1252" in w.message for w in document.warnings) == (encoding == "cp1252")


def test_the_workbook_template_is_read() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (["An empty sheet"],):
        book.active.append(line)
    sheet = book.create_sheet("cards")
    sheet.append([TEMPLATE[k] for k in ROW])
    sheet.append([*ROW.values()])
    buffer = BytesIO()
    book.save(buffer)
    check_sheet(Raw("cards.xlsx", buffer.getvalue()))


def check_sheet(raw: Raw) -> None:
    (card,) = described(raw)
    assert card.title == ROW["benchmark_name"]
    assert card.author.name == "Dr. Müller"
    assert codes(card, "interaction-type")[0][:2] == ("single-turn", "stated")
    assert status(card)["query-authorship"] == "not-stated"
    (turns,) = (a for a in card.assumptions if a.dimension == "interaction-type")
    assert [s.url for s in turns.sources] == ["https://doi.org/10.1000/x"]
    (document,) = documents(raw)
    assert isinstance(document, Document)
    assert [r.kind for r in document.records] == ["card", "profile", "review"]


def test_a_sheet_with_the_authors_questions_is_read_too() -> None:
    text = "Benchmark name;Are examples single or multi-turn?\nA;both\nB;multi-turn\n;x\n"
    raw = Raw("x.csv", text.encode())
    first, second = described(raw)
    assert first.id != second.id
    assert [c[0] for c in codes(first, "interaction-type")] == ["single-turn", "multi-turn"]
    assert rejected(raw) == ["Benchmark name: The row names no benchmark. Fill in its name."]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://arxiv.org/abs/2009.13081v2", "arxiv:2009.13081"),
        ("arXiv:2009.13081", "arxiv:2009.13081"),
        ("arxiv.org/2310.12941", "arxiv:2310.12941"),
        ("https://doi.org/10.48550/arXiv.2009.13081", "arxiv:2009.13081"),
        ("https://doi.org/10.1038/S41591-025-04074-Y", "doi:10.1038/s41591-025-04074-y"),
        ("https://huggingface.co/datasets/bigbio/med_qa/tree/main", "huggingface:bigbio/med_qa"),
        ("https://github.com/jind11/MedQA.git", "github:jind11/MedQA"),
        ("https://example.net/2009", None),
        ("MedQA", None),
    ],
)
def test_registry_names_are_written_one_way(text: str, name: str | None) -> None:
    assert identifier(text) == name


SOURCES = {
    "auto-benchmarkcard/gold_example.json": 1,
    "auto-benchmarkcard/benchmark_card_safety.truthful_qa.json": 1,
    "ai-atlas-nexus/src/ai_atlas_nexus/data/knowledge_graph/ai_eval_data.yaml": 94,
    "construct-validity-review/llm_benchmark_codebook.csv": 363,
}


@pytest.mark.parametrize(("path", "count"), SOURCES.items())
def test_real_files_are_read_whole(real_cards: Path, path: str, count: int) -> None:
    read_whole(real_cards, path, count, every=10)


def read_whole(real_cards: Path, path: str, count: int, every: int) -> None:
    raw = Raw(path, (real_cards / path).read_bytes())
    assert [
        p.sentence() for d in documents(raw) if isinstance(d, Rejected) for p in d.problems
    ] == []
    assert len(described(raw, every)) == count


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("huggingface-dataset-cards/datasets/*/README.md", "dataset-card"),
        ("croissant/datasets/**/*.json", "dataset-card"),
        ("unitxt/src/unitxt/catalog/cards/**/*.json", "implementation-card"),
    ],
)
def test_real_folders_are_read_file_by_file(real_cards: Path, pattern: str, kind: str) -> None:
    # one read-me of a data loader describes no dataset
    files = sorted(f for f in real_cards.glob(pattern) if f.parent.name != "csv")
    assert files
    for file in files:
        path = str(file.relative_to(real_cards))
        assert [c.kind for c in described(Raw(path, file.read_bytes(), path=path))] == [kind], path
