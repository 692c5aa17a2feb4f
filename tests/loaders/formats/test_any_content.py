"""Whatever stands in a field, a document is read or set aside with a reason, by its own loader."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import Raw, Rejected
from loaders.registry import documents
from tests.loaders.formats.test_bigbench import task
from tests.loaders.formats.test_every_eval_ever import instance, run, score
from tests.loaders.formats.test_helm import group, schema
from tests.loaders.formats.test_inspect_evals import ENTRY
from tests.loaders.reading import reasons

LISTING = {
    "title": "T",
    "arxiv": "https://arxiv.org/abs/2009.13081",
    "group": "Coding",
    "version": "1-A",
    "tasks": [{"name": "t", "dataset_samples": 3, "human_baseline": {"metric": "m", "score": 1}}],
    "tags": ["Agent"],
    "metadata": {"sandbox": ["solver"]},
    "external_assets": [{"type": "huggingface", "source": "a/b"}],
}
TASK = {
    "task": "t",
    "include": ["x"],
    "dataset_path": "a/b",
    "output_type": "generate_until",
    "metric_list": [{"metric": "acc"}],
    "generation_kwargs": {"until": ["x"], "temperature": 0},
    "metadata": {"version": 1},
    "tag": ["x"],
}
JUDGED = score(0.5, llm_scoring={"judges": [{"model_info": {"id": "m"}}]})
JUDGED["score_details"] |= {
    "details": {"description": "d"},
    "uncertainty": {
        "standard_error": {"value": 0.1},
        "num_samples": 3,
        "confidence_interval": {"lower": 0.1, "upper": 0.9, "confidence_level": 0.9},
    },
}
JUDGED["generation_config"] = {
    "generation_args": {"agentic_eval_config": {"available_tools": [{"name": "bash"}]}}
}
TREES = {
    "every-eval-ever": run(JUDGED, eval_library={"name": "x", "version": "1"}),
    "instances": instance("agentic"),
    "helm-schema": schema({"name": "core", "subgroups": ["qa"]}, group("qa", who="x", when="y")),
    "inspect-evals": LISTING,
    "inspect-catalogue": ENTRY,
    "bigbench": task("t"),
    "lm-eval-task": TASK,
}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything in a tree."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield (*place, key)
            yield from places(value, (*place, key))


def changed(tree: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of the tree with another value at one place."""
    copy = json.loads(json.dumps(tree))
    inner = copy
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return copy


@pytest.mark.parametrize("name", TREES)
@given(data=st.data())
def test_any_value_anywhere_is_coped_with(name: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(places(TREES[name]))))
    tree = changed(TREES[name], place, data.draw(VALUES))
    file = "x_samples.jsonl" if name == "instances" else "x.json"
    for found in documents(Raw(file, json.dumps(tree).encode())):
        assert "cannot cope" not in reasons(found)
        assert not isinstance(found, Rejected) or reasons(found)
