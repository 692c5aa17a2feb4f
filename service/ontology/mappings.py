"""How terms of ours relate to those of other vocabularies: `ontology/mappings.sssom.tsv`.

The form is SSSOM (Matentzoglu et al. 2022, doi 10.1093/database/baac035): a head of comment
lines with prefixes, then a table of subject, predicate, object, justification and comment.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ruamel.yaml import YAML

from service.common.resources import resource


@dataclass(frozen=True)
class Alignment:
    """One mapping of a term: how it relates to `object`, whose short name is `curie`."""

    relation: str
    curie: str
    object: str
    comment: str


@cache
def alignments() -> Mapping[str, tuple[Alignment, ...]]:
    """Return the mappings of each term, by its IRI. Raises `KeyError` for an unknown prefix."""
    lines = resource("ontology", "mappings.sssom.tsv").read_text(encoding="utf-8").splitlines()
    head = "\n".join(line[1:] for line in lines if line.startswith("#"))
    prefixes = YAML(typ="safe", pure=True).load(head)["curie_map"]
    found: dict[str, list[Alignment]] = defaultdict(list)
    for row in csv.DictReader((x for x in lines if not x.startswith("#")), delimiter="\t"):
        relation = row["predicate_id"].rpartition(":")[2]
        there = Alignment(
            relation, row["object_id"], _expand(row["object_id"], prefixes), row["comment"]
        )
        found[_expand(row["subject_id"], prefixes)].append(there)
    return {subject: tuple(rows) for subject, rows in found.items()}


def _expand(curie: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, name = curie.partition(":")
    return f"{prefixes[prefix]}{name}"
