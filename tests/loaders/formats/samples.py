"""A card of each format with fields that are read and fields that are not, as people write them."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

from loaders.contract import Document, Raw, Rejected
from loaders.registry import documents
from tests.loaders.formats.test_any_content import TREES

SOKOLANN = {
    "benchmark_details": {
        "name": "ExamQA", "is_benchmark": True, "abbreviation": "EQ", "overview": "Exams.",
        "data_type": "text, one question each", "domains": ["healthcare", "exams"],
        "languages": ["English"], "similar_benchmarks": ["MedQA", "PubMedQA"],
        "resources": ["https://site.test/a", "https://site.test/b"],
    },
    "purpose_and_intended_users": {
        "goal": "To test.", "audience": ["Researchers"], "tasks": ["Answering"],
        "limitations": "English alone.", "out_of_scope_uses": ["Diagnosis"],
    },
    "data": {
        "source": "Exam boards.", "size": "1,200 items", "format": "JSON",
        "annotation": "By two doctors.",
    },
    "methodology": {
        "methods": ["Zero-shot"], "metrics": ["Accuracy"], "calculation": "Right over all.",
        "interpretation": "Higher is better.", "baseline_results": "GPT-4: 80 %",
        "validation": "Checked by hand.",
    },
    "targeted_risks": {
        "risk_categories": ["Bias"],
        "atlas_risks": {"risks": [{"category": "Fairness", "subcategory": ["Data bias"]}]},
        "demographic_analysis": "By age group.", "harm": ["Wrong advice"],
    },
    "ethical_and_legal_considerations": {
        "privacy_and_anonymity": "No patients.", "data_licensing": "CC BY 4.0",
        "consent_procedures": "Given in writing.", "compliance_with_regulations": "GDPR",
    },
}  # fmt: skip
CROISSANT = {
    "@context": {"@vocab": "https://schema.org/", "sc": "https://schema.org/"},
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "name": "Demo",
    "description": "A demo.",
    "alternateName": ["D"],
    "creator": {"@type": "Person", "name": "Jane"},
    "publisher": {"@type": "Organization", "name": "Lab"},
    "datePublished": "2024-05-01",
    "license": "https://site.test/licence",
    "url": "https://site.test/demo",
    "sameAs": ["https://site.test/same"],
    "version": "1.0.0",
    "keywords": ["a", "b"],
    "inLanguage": "en",
    "citeAs": "Jane 2024",
    "citation": "Jane, 2024",
    "isLiveDataset": False,
    "rai:dataLimitations": "Few.",
    "rai:dataUseCases": "Testing.",
    "rai:dataBiases": ["English alone"],
    "rai:dataCollection": "By hand.",
    "rai:personalSensitiveInformation": "None.",
    "distribution": [
        {"@type": "cr:FileObject", "name": "x.csv", "contentSize": "3 B", "md5": "0"},
        {"@type": "cr:FileSet", "name": "all", "includes": "*.csv"},
    ],
    "recordSet": [{"@type": "cr:RecordSet", "name": "r", "field": [{"name": "f", "weight": 1.5}]}],
}
HUB = {
    "license": "mit",
    "licenses": ["mit-too"],
    "language": ["en"],
    "languages": ["de"],
    "pretty_name": "Demo",
    "language_creators": ["crowdsourced", "found"],
    "annotations_creators": ["expert-generated"],
    "task_categories": ["question-answering"],
    "task_ids": ["open-domain-qa"],
    "tags": ["exam"],
    "size_categories": ["n<1K"],
    "dataset_info": {"features": [{"name": "q", "dtype": "string"}], "download_size": 12},
}
HUB_TEXT = {
    "# ": "Dataset Card for Demo",
    "## Dataset Description\n": "- **Homepage:** https://site.test/demo",
    "### Dataset Summary\n": "Questions from exams.",
    "### Languages\n": "English, as written.",
    "## Considerations\n": "Mind this.",
    "### Social Impact\n": "Some.",
}
AUTHORS = {
    "benchmark_name": "ExamQA",
    "citation": "Jane 2024",
    "version": "2",
    "notes": "A note.",
    "contact": "jane@site.test",
    "intended_use_case": {
        "answer": "Exams.", "deployment_context": "A ward.", "holds_at_deployment": "Yes",
        "evidence": "A study.",
    },
    "task": {
        "query_authorship": {
            "question": "Who?", "answer": "Doctors.", "holds_at_deployment": "No. Patients write.",
            "confidence": "high",
        },
        "colour": {"answer": "blue"},
    },
    "outcome": {"outcome_validity": {"answer": "Accuracy.", "holds_at_deployment": "perhaps"}},
}  # fmt: skip
UNITXT = {
    "__type__": "task_card",
    "loader": {"__type__": "load_hf", "path": "a/b", "name": "c", "split": "test"},
    "preprocess_steps": [{"__type__": "rename", "field": "q"}],
    "task": "tasks.qa",
    "templates": ["templates.one"],
    "__tags__": {
        "arxiv": "2009.13081", "language": "en", "languages": "de", "license": "mit",
        "language_creators": "found", "task_ids": "qa",
    },
    "__description__": "Questions.",
}  # fmt: skip
NEXUS = {
    "id": "eval-one", "name": "Eval One", "description": "A test.", "isDefinedByTaxonomy": "x",
    "hasTasks": ["qa"], "hasDataset": ["a/b", "plain"], "hasDocumentation": ["doc"],
    "hasLicense": "mit", "hasRelatedRisk": ["bias"], "url": "https://site.test/e",
    "bestValue": 1.5,
}  # fmt: skip
NEXUS_COMPANY = {
    "documents": [{"id": "doc", "name": "A paper", "url": "https://site.test/doc"}],
    "organizations": [{"id": "org", "name": "An organisation"}],
}
HUB_EVAL = {
    "name": "Demo", "description": "A demo.", "evaluation_framework": "inspect-ai",
    "tasks": [
        {"id": "a", "config": "x", "split": "test", "solvers": [{"name": "s"}]},
        {"id": "b", "config": "y", "split": "test"},
    ],
}  # fmt: skip
ROW = {
    "Benchmark name": "ExamQA",
    "Citation": "Jane 2024",
    "Intended use": "Exams.",
    "Deployment context": "A ward.",
    "Filled in by": "Jane Doe",
    "Query authorship: Who wrote the examples, and what is their background?": "Doctors.",
    "Query authorship: does it hold at deployment?": "No. Patients.",
    "Query authorship: source (address)": "https://site.test/p",
    "Our own column": "Seen twice.",
}
CODEBOOK = {
    "bibkey": "jane2024", "title": "Exams", "benchmark": "ExamQA",
    "benchmark_location": "https://site.test/e", "phenomenon_short": "Reasoning",
    "task_source": "Human exams", "task_source_clean": "['Human exams', 'Other']",
    "task_source_detail": "Boards.", "response_format": "Interaction",
    "metric_definition": "Exact match", "metric_definition_clean": "['Exact match']",
    "task_ecology": "Constructed", "task_ecology_detail": "Made up.", "results_realism": "No",
    "results_author_validity": "Yes", "authorship": "Academia",
}  # fmt: skip
RUN: dict[str, Any] = {
    "results": {
        "mmlu_law": {"alias": " - law", "acc,none": 0.5, "acc_stderr,none": 0.01},
        "gsm8k": {
            "alias": "gsm8k", "exact_match,strict-match": 0.25,
            "exact_match_stderr,strict-match": "N/A", "bleu,none": 12,
        },
    },
    "configs": {
        "mmlu_law": {"dataset_path": "cais/mmlu", "doc_to_text": "{{question}}"},
        "gsm8k": {"dataset_path": "json"},
    },
    "versions": {"gsm8k": 3},
    "n-shot": {"mmlu_law": 0, "gsm8k": 5},
    "higher_is_better": {"mmlu_law": {"acc": True}, "gsm8k": {"exact_match": True}},
    "n-samples": {"mmlu_law": {"original": 100, "effective": 50}},
    "config": {"model": "hf", "model_args": "pretrained=/models/b,dtype=auto", "limit": 50.0},
    "date": 1717000000.5,
    "model_name": "a/b",
    "lm_eval_version": "0.4.9",
}  # fmt: skip
MODEL: dict[str, Any] = {
    "license": "mit",
    "tags": ["law"],
    "model-index": [
        {
            "name": "Clerk",
            "results": [
                {
                    "task": {"type": "question-answering", "name": "QA"},
                    "dataset": {"name": "Exams", "type": "o/exams", "split": "test"},
                    "metrics": [
                        {"type": "accuracy", "value": 0.5, "name": "Accuracy"},
                        {"type": "f1", "value": 41},
                    ],
                    "source": {"name": "Leaderboard", "url": "https://site.test/board"},
                }
            ],
        }
    ],
}


@dataclass(frozen=True)
class Sample:
    """A document: the name of its file, its fields, and how these are written."""

    name: str
    tree: Any
    text: Callable[[Any], str] = json.dumps

    def read(self, tree: Any) -> Document | Rejected:
        """Return the first document of a file with these fields."""
        return next(documents(Raw(self.name, self.text(tree).encode())))


def table(row: dict[str, str]) -> str:
    """Return a row with its header as CSV."""
    out = StringIO()
    csv.writer(out).writerows([row, row.values()])
    return out.getvalue()


def card_of_the_hub(tree: dict[str, Any]) -> str:
    """Return front matter, which may be JSON, and the text below its headings."""
    body = "\n\n".join(f"{heading}{words}" for heading, words in tree["text"].items())
    return f"---\n{json.dumps(tree['front'])}\n---\n\n{body}\n"


def sections(tree: dict[str, Any]) -> str:
    """Return sections and fields as Markdown, lists as items."""
    lines = [f"# {tree['heading']}"]
    for name, fields in tree.items():
        if name != "heading":
            lines.append(f"## {name.replace('_', ' ').title()}")
            lines += [field_of_a_section(*field) for field in fields.items()]
    return "\n\n".join(lines)


def field_of_a_section(name: str, value: Any) -> str:
    """Return a field as Markdown; the text of a section that is no field has the name `text`."""
    if name == "text":
        return str(value)
    if isinstance(value, dict):
        risks = (f"**{r['category']}**: {', '.join(r['subcategory'])}" for r in value["risks"])
        value = list(risks)
    items = "".join(f"\n- {v}" for v in value) if isinstance(value, list) else f" {value}"
    return f"**{name.replace('_', ' ').title()}**:{items}"


SAMPLES = {
    "sokolann-json": Sample("a.json", SOKOLANN),
    "sokolann-markdown": Sample(
        "a.md", {"heading": "ExamQA", **SOKOLANN, "more": {"text": "As it is."}}, sections
    ),
    "auto-benchmarkcard": Sample(
        "a.json",
        {
            "benchmark_card": {
                **SOKOLANN,
                "flagged_fields": {"data.source": "doubtful"},
                "missing_fields": ["data.size"],
                "card_info": {"llm": "m", "license": "mit", "created_at": "2025-01-01"},
                "possible_risks": [{"category": "Bias", "url": "https://site.test/r"}],
            },
            "evaluation_summary": {"score": 0.5},
        },
    ),
    "croissant": Sample("a.json", CROISSANT),
    "huggingface-card": Sample("README.md", {"front": HUB, "text": HUB_TEXT}, card_of_the_hub),
    "huggingface-model-index": Sample(
        "README.md",
        {"front": MODEL, "text": {}},
        card_of_the_hub,
    ),
    "huggingface-eval": Sample("eval.yaml", HUB_EVAL),
    "authors-yaml": Sample("a.yaml", AUTHORS),
    "unitxt": Sample("a.json", UNITXT),
    "ai-atlas-nexus": Sample("a.yaml", {**NEXUS_COMPANY, "evaluations": [NEXUS]}),
    "evalgap-table": Sample("a.csv", ROW, table),
    "construct-validity": Sample("a.csv", CODEBOOK, table),
    "lm-eval-results": Sample("results.json", RUN),
    "helm-schema": Sample(
        "schema_a.yaml",
        {
            **{name: v for name, v in TREES["helm-schema"].items() if name != "run_groups"},
            "metric_groups": [
                {"name": "accuracy", "metrics": [{"name": "exact_match", "split": "test"}]},
                {"name": "unused", "display_name": "Unused"},
            ],
            "perturbations": [{"name": "typos", "description": "Typing errors."}],
            "run_groups": [
                {
                    **TREES["helm-schema"]["run_groups"][1],
                    "subgroup_display_mode": "by_group",
                    "visibility": "all",
                    "todo": True,
                }
            ],
        },
    ),
    "inspect-evals": Sample(
        "eval.yaml",
        {**TREES["inspect-evals"], "contributors": ["somebody"], "dependency": "extra"},
    ),
    "inspect-catalogue": Sample("a.json", TREES["inspect-catalogue"]),
    "bigbench": Sample("a.json", {**TREES["bigbench"], "task_prefix": "Do: ", "version": 1.5}),
    "lm-eval-task": Sample(
        "a.yaml",
        {
            **TREES["lm-eval-task"],
            "include": ["_not_there"],
            "doc_to_text": "{{q}}",
            "description": "Answer.",
            "num_fewshot": 5,
            "metric_list": [{"metric": "acc", "aggregation": "mean"}],
        },
    ),
    "every-eval-ever": Sample(
        "a.json",
        {**TREES["every-eval-ever"], "detailed_evaluation_results": {"total_rows": 3}},
    ),
    "every-eval-ever-instances": Sample(
        "a.jsonl",
        {**TREES["instances"], "input": {"raw": "Who?"}, "output": ["Me."]},
        lambda tree: f"{json.dumps(tree)}\n",
    ),
}
"""Formats that refuse every field that they do not know are not among them."""
