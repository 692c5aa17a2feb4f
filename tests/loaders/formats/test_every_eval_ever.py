"""Every Eval Ever: scores that are none, units, who evaluated, how instances were run."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import MAX_RECORD_BYTES, Rejected
from loaders.formats.every_eval_ever_scores import AUTHOR
from loaders.model import Result
from tests.loaders.reading import (
    bases,
    card,
    cards,
    document,
    formats,
    on,
    outcomes,
    put,
    real,
    reasons,
    silent,
    violations,
)

UUID = "f3a1c0de-4b2e-4c1a-9f6d-1b7e5a2c8d40"


def score(value: Any, name: str = "IFEval", **config: Any) -> dict[str, Any]:
    return {
        "evaluation_name": name,
        "source_data": {
            "source_type": "hf_dataset",
            "dataset_name": name,
            "hf_repo": "google/IFEval",
        },
        "metric_config": {
            "evaluation_description": f"Accuracy on {name}",
            "lower_is_better": False,
            "min_score": 0,
            "max_score": 1,
            **config,
        },
        "score_details": {"score": value},
    }


def run(*scores: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "schema_version": "0.2.0",
        "evaluation_id": "board/model/1",
        "retrieved_timestamp": "1770682486.6",
        "source_metadata": {
            "source_name": "Board",
            "source_type": "documentation",
            "evaluator_relationship": "third_party",
        },
        "model_info": {"id": "org/model", "name": "Model", "developer": "org"},
        "evaluation_results": list(scores) or [score(0.5)],
        **fields,
    }


def instance(kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "schema_version": "0.3.0",
        "evaluation_id": "board/model/1",
        "model_id": "org/model",
        "evaluation_name": "bench",
        "sample_id": "1",
        "interaction_type": kind,
        "evaluation": {"score": 1.0, "is_correct": True},
        **fields,
    }


def lines(*rows: Any) -> str:
    return "".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows)


def only(result: Any) -> Any:
    (measurement,) = result.measurements
    return measurement


def test_a_file_becomes_a_result(tmp_path: Path) -> None:
    found = card(put(tmp_path, {"r.json": run()}), "r.json")
    assert isinstance(found, Result)
    assert found.title == "Board: Model"
    assert found.relationship == "third-party"
    assert found.dataset_identifiers == ("huggingface:google/IFEval",)
    assert found.harness is None
    assert found.rights == "MIT"
    one = only(found)
    assert (one.value, one.unit, one.metric.higher_is_better) == (Decimal("0.5"), "fraction", True)
    assert one.metric.name == "Accuracy on IFEval"
    assert one.evaluation == "IFEval on google/IFEval"
    assert silent(found)


def test_the_newer_schema_names_the_harness(tmp_path: Path) -> None:
    library = {"name": "inspect_ai", "version": "unknown"}
    found = card(
        put(tmp_path, {"r.json": run(schema_version="0.3.0", eval_library=library)}), "r.json"
    )
    assert (found.harness, found.harness_version) == ("inspect_ai", None)
    assert found.model_identifier == "org/model"


def test_no_gap_is_ever_made_of_scores(tmp_path: Path) -> None:
    found = document(put(tmp_path, {"r.json": run(score(0.9), score(0.1))}), "r.json")
    assert [r.kind for r in found.records] == ["result"]


@pytest.mark.parametrize(
    ("given", "config"),
    [
        (-1.0, {}),
        (-0.01, {}),
        (1.5, {}),
        (101, {"min_score": 0, "max_score": 100}),
        (-1, {"min_score": None, "max_score": None, "has_unknown_level": True}),
    ],
)
def test_numbers_that_are_no_scores_are_kept_as_printed(
    tmp_path: Path, given: float, config: dict[str, Any]
) -> None:
    found = document(put(tmp_path, {"r.json": run(score(given, **config), score(0.5))}), "r.json")
    first, second = found.records[0].measurements  # type: ignore[attr-defined]
    assert (first.value, first.as_reported) == (None, str(given))
    assert second.value == Decimal("0.5")
    assert "evaluation_results/0/score_details/score" in reasons(found)
    assert violations(found.records) == []


def test_no_matching_runs_is_no_score_whatever_the_bounds(tmp_path: Path) -> None:
    given = score(-1.0, min_score="-Infinity", max_score="Infinity")
    given["score_details"]["details"] = {"description": "No matching runs", "x": {"score": None}}
    assert only(card(put(tmp_path, {"r.json": run(given)}), "r.json")).value is None


def test_a_negative_score_of_an_open_scale_is_a_score(tmp_path: Path) -> None:
    given = score(-1.0, min_score="-Infinity", max_score="Infinity")
    one = only(card(put(tmp_path, {"r.json": run(given)}), "r.json"))
    assert (one.value, one.unit) == (Decimal("-1.0"), "score-point")


@pytest.mark.parametrize(
    ("config", "unit"),
    [
        ({}, "fraction"),
        ({"max_score": 100}, "score-point"),
        ({"max_score": 100, "metric_unit": "percent"}, "percent"),
        ({"metric_unit": "points"}, "score-point"),
        ({"min_score": None, "max_score": None, "metric_unit": "proportion"}, "fraction"),
    ],
)
def test_units_are_those_stated(tmp_path: Path, config: dict[str, Any], unit: str) -> None:
    assert only(card(put(tmp_path, {"r.json": run(score(0.5, **config))}), "r.json")).unit == unit


def test_intervals_are_kept_with_their_level_else_as_printed(tmp_path: Path) -> None:
    whole, partial = score(0.5), score(0.5)
    bounds = {"lower": 0.4, "upper": 0.6}
    error = {"standard_error": {"value": 0.05}, "num_samples": 100}
    whole["score_details"]["uncertainty"] = {
        "confidence_interval": {**bounds, "confidence_level": 0.95}, **error,
    }  # fmt: skip
    partial["score_details"]["confidence_interval"] = bounds
    found = document(put(tmp_path, {"r.json": run(whole, partial)}), "r.json")
    first, second = found.records[0].measurements  # type: ignore[attr-defined]
    (interval,) = first.intervals
    assert (interval.lower, interval.upper, interval.level) == (
        Decimal("0.4"), Decimal("0.6"), Decimal("0.95"),
    )  # fmt: skip
    assert (first.n, first.as_reported) == (100, "0.5, standard error 0.05")
    assert (second.intervals, second.as_reported) == ((), "0.5, interval 0.4 to 0.6")
    assert "no level" in reasons(found)
    assert violations(found.records) == []


def test_files_that_share_an_evaluation_id_stay_apart(tmp_path: Path) -> None:
    files = {f"data/board/org/model/{i}.json": run(score(i / 10)) for i in (1, 2)}
    assert len({r.id for r in cards(outcomes(put(tmp_path, files)))}) == 2


def test_a_result_is_the_same_whichever_folder_is_imported(tmp_path: Path) -> None:
    folder = put(tmp_path, {"data/board/org/model/a...b.json": run()})
    whole = card(folder, "data/board/org/model/a...b.json")
    assert card(folder / "data/board", "org/model/a...b.json").id == whole.id


def test_metrics_are_shared_by_runs_of_one_board_only(tmp_path: Path) -> None:
    other = run(source_metadata={"source_name": "Other", "evaluator_relationship": "other"})
    files = {"a.json": run(), "b.json": run(score(0.9)), "c.json": other}
    ids = [only(r).metric.id for r in cards(outcomes(put(tmp_path, files)))]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("given", ["first_party", "collaborative", "other"])
def test_the_relationship_is_kept(tmp_path: Path, given: str) -> None:
    folder = put(tmp_path, {"r.json": run(source_metadata={"evaluator_relationship": given})})
    assert card(folder, "r.json").relationship == given.replace("_", "-")


def test_an_unknown_relationship_is_reported(tmp_path: Path) -> None:
    folder = put(tmp_path, {"r.json": run(source_metadata={"evaluator_relationship": "friend"})})
    assert card(folder, "r.json").relationship is None
    assert "friend" in reasons(document(folder, "r.json"))


def test_a_judge_is_a_hint_on_the_outcome(tmp_path: Path) -> None:
    judges = {"judges": [{"model_info": {"id": "openai/gpt-4o"}}], "input_prompt": "Judge."}
    found = card(put(tmp_path, {"r.json": run(score(0.5, llm_scoring=judges))}), "r.json")
    assert silent(found, "outcome-validity")
    assert "openai/gpt-4o" in on(found, "outcome-validity").hints[0]


def test_tools_in_every_evaluation_derive_an_agentic_run(tmp_path: Path) -> None:
    tools = {"agentic_eval_config": {"available_tools": [{"name": "bash"}]}}
    agent = {**score(0.5), "generation_config": {"generation_args": tools}}
    folder = put(tmp_path, {"a.json": run(agent), "b.json": run(agent, score(0.1))})
    (coding,) = on(card(folder, "a.json"), "interaction-type").codings
    assert (coding.code, coding.basis, coding.rule) == (
        "interaction-type/agentic", "derived", "eee-agentic-config",
    )  # fmt: skip
    assert silent(card(folder, "b.json"))


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"evaluation_results": []}, "no score"),
        ({"evaluation_results": [score(None)]}, "no score"),
        ({"model_info": {"developer": "org"}}, "no model"),
    ],
)
def test_what_cannot_be_a_result_is_set_aside(
    tmp_path: Path, broken: dict[str, Any], word: str
) -> None:
    found = outcomes(put(tmp_path, {"r.json": {**run(), **broken}}))["r.json"]
    assert isinstance(found, Rejected)
    assert word in reasons(found)


def test_instances_beside_a_run_give_its_interaction_type(tmp_path: Path) -> None:
    rows = lines(instance("single_turn"), "", instance("single_turn"))
    folder = put(tmp_path, {f"{UUID}.json": run(), f"{UUID}_samples.jsonl": rows})
    answer = on(card(folder, f"{UUID}.json"), "interaction-type")
    (coding,) = answer.codings
    assert (coding.code, coding.basis, coding.share) == (
        "interaction-type/single-turn",
        "derived",
        1,
    )
    assert answer.assumes == ("interaction-type/single-turn",)
    beside = document(folder, f"{UUID}_samples.jsonl")
    assert beside.records == ()
    assert f"{UUID}.json" in reasons(beside)


def test_instances_that_differ_are_mixed_with_shares(tmp_path: Path) -> None:
    rows = lines(*[instance("single_turn")] * 3, instance("agentic"))
    folder = put(tmp_path, {"r.json": run(), "r_samples.jsonl": rows})
    answer = on(card(folder, "r.json"), "interaction-type")
    assert {c.code.split("/")[1]: c.share for c in answer.codings} == {
        "single-turn": Decimal("0.75"), "agentic": Decimal("0.25"),
    }  # fmt: skip
    assert violations([card(folder, "r.json")]) == []


def test_odd_instances_are_reported_and_not_counted(tmp_path: Path) -> None:
    rows = lines(
        instance("single_turn"), instance("telepathic"), "{not json",
        instance("agentic", evaluation_id="another"),
    )  # fmt: skip
    declared = {"format": "jsonl", "file_path": "x", "total_rows": 9}
    whole = run(detailed_evaluation_results=declared)
    found = document(put(tmp_path, {"r.json": whole, "r_samples.jsonl": rows}), "r.json")
    for word in ("line 3", "telepathic", "another run", "9"):
        assert word in reasons(found)
    answer = on(found.records[0], "interaction-type")
    assert (answer.answer_status, answer.codings[0].share) == ("partly-answered", Decimal("0.5"))


def test_instances_alone_are_a_result_by_their_own_marks(tmp_path: Path) -> None:
    wrong = instance("single_turn", evaluation={"score": 0.0, "is_correct": False})
    rows = lines(instance("single_turn"), instance("single_turn"), wrong)
    found = card(put(tmp_path, {"r_samples.jsonl": rows}), "r_samples.jsonl")
    one = only(found)
    assert (one.events, one.n, one.value) == (2, 3, Decimal("0.6667"))
    assert found.systems[0].name == "org/model"
    assert silent(found, "interaction-type")
    assert violations([found]) == []


def test_instances_too_large_to_be_read_beside_their_run_are_a_result(tmp_path: Path) -> None:
    row = instance("single_turn", input={"raw": "x" * 100_000})
    rows = lines(*[row] * (MAX_RECORD_BYTES // 100_000 + 1))
    folder = put(tmp_path, {"r.json": run(), "r_samples.jsonl": rows})
    assert "too large" in reasons(document(folder, "r.json"))
    assert silent(card(folder, "r.json"))
    assert silent(card(folder, "r_samples.jsonl"), "interaction-type")


def test_other_json_lines_are_not_taken_for_instances(tmp_path: Path) -> None:
    found = outcomes(put(tmp_path, {"x.jsonl": lines({"a": 1}, {"a": 2})}))
    assert "every-eval-ever-instances" not in formats(found)


def test_the_real_files_are_all_accounted_for() -> None:
    found = real("every_eval_ever")
    assert formats(found) == {
        "every-eval-ever": 36, "every-eval-ever-instances": 1, "set aside": 10,
        "lm-eval-results": 1,
    }  # fmt: skip
    aside = [name for name, o in found.items() if isinstance(o, Rejected)]
    assert [name for name in aside if name.startswith("data/")] == []
    every = [r for r in cards(found) if isinstance(r, Result)]
    assert violations(every) == []
    results = [r for r in every if r.author == AUTHOR]
    assert len({r.id for r in results}) == 36
    assert len({i for r in results for i in r.identifiers}) < 36
    assert sum(m.value is None for r in results for m in r.measurements) == 15
    assert bases(list(results)) == {
        ("interaction-type", "derived"): 6,
    }


def test_a_file_of_very_many_evaluations_is_set_aside_and_its_run_is_not(tmp_path: Path) -> None:
    rows = lines(*[instance("single_turn", evaluation_name=f"e{i}") for i in range(1_100)])
    folder = put(tmp_path, {"r.json": run(), "r_samples.jsonl": rows, "s_samples.jsonl": rows})
    assert "Split the file" in reasons(document(folder, "r.json"))
    assert isinstance(outcomes(folder)["s_samples.jsonl"], Rejected)


def test_a_score_of_thirty_digits_is_a_score(tmp_path: Path) -> None:
    row = instance("single_turn", evaluation={"score": 10**29})
    folder = put(tmp_path, {"r_samples.jsonl": lines(row)})
    assert only(card(folder, "r_samples.jsonl")).value == 10**29


def test_the_mean_score_is_the_score_and_a_mark_is_none(tmp_path: Path) -> None:
    rows = lines(
        *(
            instance(
                "single_turn",
                sample_id=str(item),
                metadata={"epoch": str(epoch)},
                evaluation={"score": 0.5 if item else 1, "is_correct": True},
            )
            for item in range(3)
            for epoch in (1, 2)
        ),
        instance("single_turn", error="overloaded", evaluation={"score": 0, "is_correct": False}),
    )
    folder = put(tmp_path, {"r_samples.jsonl": rows})
    found, result = document(folder, "r_samples.jsonl"), card(folder, "r_samples.jsonl")
    one = only(result)
    assert (one.value, one.n, one.events) == (Decimal("0.6667"), 3, None)
    assert one.metric.name != "Share of instances marked correct (is_correct)"
    assert result.notes == "is_correct is true in 6 of 6 rows of bench."
    assert "Of the lines of r_samples.jsonl, 1 reported an error" in reasons(found)
    assert violations([result]) == []


def test_two_scores_of_one_item_and_repetition_are_no_score(tmp_path: Path) -> None:
    twice = [
        instance(
            "single_turn", metadata={"epoch": "1"}, evaluation={"score": s, "is_correct": True}
        )
        for s in (1, 0.5)
    ]
    whole = instance("single_turn", evaluation_name="other")
    found = document(put(tmp_path, {"r_samples.jsonl": lines(*twice, whole)}), "r_samples.jsonl")
    assert only(found.records[0]).evaluation == "other"
    assert "several scores of the same repetition" in reasons(found)
    refused = outcomes(put(tmp_path / "b", {"r_samples.jsonl": lines(*twice)}))["r_samples.jsonl"]
    assert isinstance(refused, Rejected)
    assert "several scores of the same repetition" in reasons(refused)


@pytest.mark.parametrize(
    ("kinds", "codes", "status"),
    [
        (["multi_turn"], {}, "not-stated"),
        (["multi_turn", "single_turn"], {"single-turn": Decimal("0.5")}, "partly-answered"),
        (["agentic"], {"agentic": Decimal(1)}, "answered"),
    ],
)
def test_counted_messages_are_no_stated_conversation(
    tmp_path: Path, kinds: list[str], codes: dict[str, Decimal], status: str
) -> None:
    folder = put(
        tmp_path, {"r.json": run(), "r_samples.jsonl": lines(*[instance(k) for k in kinds])}
    )
    answer = on(card(folder, "r.json"), "interaction-type")
    assert {c.code.split("/")[1]: c.share for c in answer.codings} == codes
    assert all((c.basis, c.rule) == ("derived", "eee-interaction-type") for c in answer.codings)
    assert bool(answer.hints) is ("multi_turn" in kinds)
    assert answer.answer_status == status
