"""Author and licence of each import format."""

from dataclasses import dataclass, replace

from rdflib import URIRef

CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True)
class FormatOrigin:
    """What is known of everything that comes in one format."""

    title: str
    rights: str
    licence: URIRef | None = None
    source: URIRef | None = None


_SOKOLANN = FormatOrigin(
    "Cards of SokolAnn/BenchmarkCards (Sokol et al. 2024)",
    "Card content by Anna Sokol, Elizabeth Daly, Michael Hind, David Piorkowski, "
    "Xiangliang Zhang, Nuno Moniz and Nitesh Chawla, CC BY 4.0; read into the model of "
    "EvalGap, with nothing added to what the cards state.",
    licence=CC_BY,
    source=URIRef("https://doi.org/10.48550/arXiv.2410.12974"),
)
ORIGINS = {
    "evalgap": FormatOrigin(
        "Records in EvalGap's own format",
        "The shipped records are by the EvalGap maintainers, CC BY 4.0; each names the "
        "publications its facts come from. Other records belong to the authors they name.",
    ),
    "evalgap-rdf": FormatOrigin(
        "Records as RDF",
        "They belong to the authors they name.",
    ),
    "authors-yaml": FormatOrigin(
        "Cards in the format of Raman et al. 2026",
        "The format comes without a licence for its cards; they belong to the authors they name.",
        source=URIRef("https://doi.org/10.48550/arXiv.2605.22612"),
    ),
    "sokolann-json": _SOKOLANN,
    "sokolann-markdown": replace(
        _SOKOLANN, title="Cards of SokolAnn/BenchmarkCards (Sokol et al. 2024), from Markdown"
    ),
    "auto-benchmarkcard": FormatOrigin(
        "Cards of auto-benchmarkcard (EvalEval, IBM)",
        "Written by language models and checked by another; the producer's doubts are kept on "
        "each card. The tool is MIT-licensed; cards belong to those who published them.",
        source=URIRef("https://github.com/evaleval/auto-benchmarkcard"),
    ),
    "ai-atlas-nexus": FormatOrigin(
        "Evaluations and datasets of IBM AI Atlas Nexus",
        "By IBM and the contributors of AI Atlas Nexus, Apache-2.0.",
        licence=URIRef("https://www.apache.org/licenses/LICENSE-2.0"),
        source=URIRef("https://github.com/IBM/ai-atlas-nexus"),
    ),
    "unitxt": FormatOrigin(
        "Cards of the unitxt catalogue",
        "By IBM and the contributors of unitxt, Apache-2.0; descriptions and tags come from "
        "the Hugging Face Hub.",
        licence=URIRef("https://www.apache.org/licenses/LICENSE-2.0"),
        source=URIRef("https://github.com/IBM/unitxt"),
    ),
    "huggingface-eval": FormatOrigin(
        "Benchmark files of the Hugging Face Hub",
        "They belong to the authors of the datasets that they are in.",
        source=URIRef("https://huggingface.co/docs/hub"),
    ),
    "huggingface-card": FormatOrigin(
        "Dataset cards of the Hugging Face Hub",
        "They belong to their authors; those kept in the repository of the datasets library "
        "until 2022 are Apache-2.0.",
        source=URIRef("https://github.com/huggingface/datasets"),
    ),
    "croissant": FormatOrigin(
        "Croissant dataset descriptions",
        "They belong to the authors of the datasets; the format is by MLCommons, Apache-2.0.",
        source=URIRef("http://mlcommons.org/croissant/"),
    ),
    "evalgap-table": FormatOrigin(
        "Cards filled in as a table",
        "They belong to those who filled them in.",
    ),
    "construct-validity": FormatOrigin(
        "Codings of the construct-validity review (Bean et al. 2025)",
        "By the 29 coders of the review, CC BY-SA 4.0; closed answers read into the model of "
        "EvalGap by named rules. What is adapted from them is under the same licence.",
        licence=URIRef("https://creativecommons.org/licenses/by-sa/4.0/"),
        source=URIRef("https://doi.org/10.48550/arXiv.2511.04703"),
    ),
    "every-eval-ever": FormatOrigin(
        "Results of Every Eval Ever (EvalEval)",
        "The schema is MIT-licensed; results belong to the sources that each record names.",
        source=URIRef("https://github.com/evaleval/every_eval_ever"),
    ),
    "every-eval-ever-instances": FormatOrigin(
        "Instance results of Every Eval Ever (EvalEval)",
        "The schema is MIT-licensed; results belong to the sources that each record names.",
        source=URIRef("https://github.com/evaleval/every_eval_ever"),
    ),
    "helm-schema": FormatOrigin(
        "Run groups of HELM and MedHELM",
        "By the Center for Research on Foundation Models, Stanford, and contributors, Apache-2.0.",
        licence=URIRef("https://www.apache.org/licenses/LICENSE-2.0"),
        source=URIRef("https://github.com/stanford-crfm/helm"),
    ),
    "inspect-evals": FormatOrigin(
        "Listings of inspect_evals",
        "By the UK AI Security Institute and contributors, MIT.",
        licence=URIRef("https://opensource.org/license/mit"),
        source=URIRef("https://github.com/UKGovernmentBEIS/inspect_evals"),
    ),
    "inspect-catalogue": FormatOrigin(
        "Catalogue of evaluations in the documentation of inspect_ai",
        "By the UK AI Security Institute and contributors of inspect_ai, MIT.",
        licence=URIRef("https://opensource.org/license/mit"),
        source=URIRef("https://github.com/UKGovernmentBEIS/inspect_ai"),
    ),
    "bigbench": FormatOrigin(
        "Tasks of BIG-bench",
        "By the BIG-bench contributors, Apache-2.0.",
        licence=URIRef("https://www.apache.org/licenses/LICENSE-2.0"),
        source=URIRef("https://github.com/google/BIG-bench"),
    ),
    "huggingface-model-index": FormatOrigin(
        "Scores of Hugging Face model cards",
        "They belong to those who wrote the cards; each card names its own licence.",
        source=URIRef("https://huggingface.co"),
    ),
    "lm-eval-results": FormatOrigin(
        "Results of runs of lm-evaluation-harness",
        "They belong to those who ran the harness.",
        source=URIRef("https://github.com/EleutherAI/lm-evaluation-harness"),
    ),
    "lm-eval-task": FormatOrigin(
        "Tasks of lm-evaluation-harness",
        "By EleutherAI and contributors, MIT.",
        licence=URIRef("https://opensource.org/license/mit"),
        source=URIRef("https://github.com/EleutherAI/lm-evaluation-harness"),
    ),
}
"""By name of the format, as in `loaders.registry.FORMATS`."""
