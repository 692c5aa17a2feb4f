"""Perturbers of what is put to the model: less of it, other words, other forms."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import anyio
from inspect_ai import Task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, Model, get_model

from evalgap_inspect import texts
from evalgap_inspect.changes import (
    Perturbation,
    Perturber,
    RefusedError,
    TaskSource,
    keep_full,
    opened,
    set_text,
    stamp,
    stamped,
    targets,
    text_of,
)
from evalgap_inspect.codes import PEOPLE, VALUES

COMPLETENESS = "information-completeness"
VARIATION = "input-variation"
AUTHORSHIP = "query-authorship"
_REWRITE = (
    "Rewrite the message below in the style: {style}. Keep its meaning, every fact and every "
    "number, and what it asks for. Add nothing. Answer with the rewritten message alone.\n\n{text}"
)


def withhold(
    fields: Sequence[str] = (),
    sentences: Sequence[int] = (),
    keep: float | None = None,
    *,
    value: str | None = None,
    seed: int = 1,
) -> Perturber:
    """Drop facts from the input; the whole text stays in the metadata, for who plays the user.

    What is dropped are the texts in these `fields` of an item's metadata, or these `sentences`
    (counted from 1), or all but a share `keep` of the sentences that say something of the case
    (0.34 if nothing is said), drawn by `seed` and id. The question is never drawn: it is what ends
    with a question mark, or else the last sentence.

    The condition is coded *partial*, or *minimal* where no item keeps a fact. That is right where
    what is dropped decides the answer; else say so with `value="mostly-complete"`.

    The perturber raises `RefusedError` for an item of which nothing is dropped, or the question is.
    """
    if value is not None and value not in VALUES[COMPLETENESS]:
        raise RefusedError(f"{value} is no value of {COMPLETENESS}.")
    shortened, options = _shortening(fields, sentences, keep, seed)

    def perturb(source: TaskSource) -> Task:
        task = opened(source)
        left = 0
        for sample in task.dataset:
            text = text_of(sample)
            short = shortened(sample, text)
            if any(question not in short for question in texts.questions(text)):
                raise RefusedError(f"Item {sample.id}: this would drop the question itself.")
            keep_full(sample, text)
            set_text(sample, short)
            left += len(texts.facts(short))
        code = value or ("partial" if left else "minimal")
        return stamped(
            task, Perturbation("withhold@1", "withheld", COMPLETENESS, code, seed, options)
        )

    return perturb


def _shortening(
    fields: Sequence[str], sentences: Sequence[int], keep: float | None, seed: int
) -> tuple[Callable[[Sample, str], str], dict[str, Any]]:
    """Return what shortens the text of an item, and the options that it follows."""
    if sum(map(bool, (fields, sentences, keep is not None))) > 1:
        raise RefusedError("Say what to withhold in one way: fields, sentences or keep.")
    if fields:
        return (
            lambda sample, text: texts.without_phrases(text, _phrases(sample, text, fields)),
            {"fields": list(fields)},
        )
    if sentences:
        return (
            lambda sample, text: texts.without_sentences(text, _places(sample, text, sentences)),
            {"sentences": list(sentences)},
        )
    share = 0.34 if keep is None else keep
    if not 0 <= share < 1:
        raise RefusedError(f"keep is a share of the facts from 0 to below 1, not {keep}.")
    return (
        lambda sample, text: texts.without_sentences(text, _drawn(sample, text, share, seed)),
        {"keep": share},
    )


def _phrases(sample: Sample, text: str, fields: Sequence[str]) -> list[str]:
    """Return what the metadata of an item say in these fields; each must be in its text."""
    found = []
    for name in fields:
        given = (sample.metadata or {}).get(name)
        phrases = [given] if isinstance(given, str) else list(given or [])
        if not phrases or not all(isinstance(p, str) and p and p in text for p in phrases):
            raise RefusedError(f"Item {sample.id}: what its {name} says is not in its input.")
        found += phrases
    return found


def _places(sample: Sample, text: str, sentences: Sequence[int]) -> set[int]:
    facts, found = texts.facts(text), len(texts.sentences(text))
    for place in sentences:
        if not 1 <= place <= found:
            raise RefusedError(
                f"Item {sample.id} has {found} sentences, so none is number {place}."
            )
        if place - 1 not in facts:
            raise RefusedError(f"Item {sample.id}: sentence {place} is the question itself.")
    return {place - 1 for place in sentences}


def _drawn(sample: Sample, text: str, keep: float, seed: int) -> set[int]:
    facts = texts.facts(text)
    kept = min(round(len(facts) * keep), len(facts) - 1)
    if kept < 0:
        raise RefusedError(
            f"Item {sample.id} says nothing but its question, so nothing is withheld."
        )
    draw = texts.draws("withhold", str(sample.id), seed)
    return set(facts) - set(draw.sample(facts, kept))


def reword(
    column: str | None = None,
    *,
    model: str | Model | None = None,
    style: str = "lay",
    written_by: str | None = None,
    seed: int = 1,
) -> Perturber:
    """Put the input in other words: those of a column of the data, or of a model.

    `column` is a field of the items' metadata. If people wrote it, say who, by a code of query
    authorship (`layperson-or-patient`, `crowd`, `expert`, `researcher`, `actor`): then it is
    query authorship that changes. Else it is input variation, *reworded*. A `model` is asked once
    for each item, when the task is made; what it writes in a lay `style` is a model's and is never
    coded as anybody else's.

    Raises `RefusedError` where both or none are given, or `written_by` is no code of people. The
    perturber raises it for an item without other words, and for a column after `withhold`, since
    its wording would bring back what was withheld.
    """
    if (column is None) == (model is None):
        raise RefusedError("Say whose words: those of a column of the data, or of a model.")
    if written_by is not None and (model is not None or written_by not in PEOPLE):
        raise RefusedError(
            "written_by says which people wrote the column, so it is none for a model, and one of: "
            f"{', '.join(sorted(PEOPLE))}."
        )
    change = _rewording(column, model, style, written_by, seed)

    def perturb(source: TaskSource) -> Task:
        task = opened(source)
        if column and any("withhold" in step["id"] for step in stamp(task).get("perturbers", [])):
            raise RefusedError("Reword by a column before you withhold: it has the whole wording.")
        samples = list(task.dataset)
        if column:
            words = [_of_column(sample, column) for sample in samples]
        else:
            words = _written(samples, model, style, seed)
        for sample, text in zip(samples, words, strict=True):
            if not text or text == text_of(sample):
                raise RefusedError(f"Item {sample.id} has no other words than it had.")
            set_text(sample, text)
        return stamped(task, change)

    return perturb


def _rewording(
    column: str | None, model: Any, style: str, written_by: str | None, seed: int
) -> Perturbation:
    """Return what other words change: who wrote them where people did, else the wording alone."""
    made = partial(Perturbation, "reword@1", "reworded")
    if written_by:
        return made(AUTHORSHIP, written_by, seed, {"column": column})
    if column:
        return made(VARIATION, "reworded", seed, {"column": column})
    said = {"model": str(model), "style": style}
    return made(VARIATION, "reworded", seed, said, {AUTHORSHIP: "model"})


def _of_column(sample: Sample, column: str) -> str:
    text = (sample.metadata or {}).get(column)
    if not isinstance(text, str):
        raise RefusedError(f"Item {sample.id} has no text in the field {column} of its metadata.")
    return text.strip()


def _written(samples: Sequence[Sample], model: Any, style: str, seed: int) -> list[str]:
    """Have a model write each text, in a thread, since a task may be made in a running loop."""

    async def all_of_them() -> list[str]:
        writer = get_model(model)
        found = []
        for sample in samples:
            config = GenerateConfig(seed=texts.number("reword", str(sample.id), seed))
            asking = _REWRITE.format(style=style, text=text_of(sample))
            found.append((await writer.generate(asking, config=config)).completion.strip())
        return found

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, all_of_them).result()


def noise(
    kind: texts.Noise = "typos",
    rate: float = 0.1,
    *,
    seed: int = 1,
) -> Perturber:
    """Spoil a share `rate` of the words of the input, one of each item at least.

    `kind` is `typos` (a letter lost or two in the wrong order; coded *reworded*, which takes in
    spelling), `case` or `spaces` (both *reformatted*). Words of fewer than four letters, with
    digits or hyphens, or that are in a target or a choice of any item are left alone. The draws
    follow from `seed` and id. An item without a word to spoil is refused.
    """
    if not 0 < rate <= 1:
        raise RefusedError(f"rate is a share of the words, above 0 and up to 1, not {rate}.")
    code = "reworded" if kind == "typos" else "reformatted"

    def perturb(source: TaskSource) -> Task:
        task = opened(source)
        answers = [a for s in task.dataset for a in (*targets(s), *(s.choices or []))]
        kept = set(" ".join(answers).lower().split())
        for sample in task.dataset:
            draw = texts.draws("noise", kind, str(sample.id), seed)
            text = texts.noisy(text_of(sample), kind, rate, kept, draw)
            if text == text_of(sample):
                raise RefusedError(f"Item {sample.id} has no word that could be spoilt.")
            set_text(sample, text)
        options = {"kind": kind, "rate": rate}
        return stamped(task, Perturbation("noise@1", "noisy", VARIATION, code, seed, options))

    return perturb
