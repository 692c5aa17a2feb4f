"""A card, and a review of it if there is one, in the template of Raman et al. (arXiv 2605.22612).

The template has room for words only: answers go back word for word. Codes stay behind, save
the interaction type, which the authors' schema itself answers with a code. Fields of a card in
this template that the template does not have are written again.
"""

from collections.abc import Mapping
from typing import Any

from loaders.formats.card_template import GROUPS, VERDICT_WORDS, first_word, unread
from loaders.formats.raman_yaml import SOURCE
from loaders.model import Assessment, Assumption, Card, Profile, Review
from loaders.writers.source import with_kept

_INTERACTION = {
    ("interaction-type/single-turn",): "single-turn",
    ("interaction-type/multi-turn",): "multi-turn",
    ("interaction-type/multi-turn", "interaction-type/single-turn"): "both",
}
_INQUIRY = {"interaction-type/must-elicit", "interaction-type/need-not-elicit"}
"""What the template does not ask."""
_FIRST_WORDS = {"holds": "Yes", "violated": "No", "partially-holds": "Partially"}


def authors_tree(
    card: Card,
    questions: Mapping[str, str],
    profile: Profile | None = None,
    review: Review | None = None,
) -> dict[str, Any]:
    """Return a card as the tree of the authors' template; an open answer is an empty text.

    `questions` are the words of each dimension's question, used where the card has none. With
    a review, each question also says whether the assumption holds at deployment; with a
    profile, the intended use names the deployment.
    """
    assumptions = {a.dimension: a for a in card.assumptions}
    held = _held(review) if review else {}
    tree: dict[str, Any] = {"benchmark_name": card.title, "citation": card.citation or ""}
    if card.benchmark_version:
        tree["version"] = card.benchmark_version
    tree["intended_use_case"] = _use(card, profile)
    for group, dimensions in GROUPS.items():
        tree[group] = {
            d.replace("-", "_"): _question(questions[d], assumptions.get(d), held.get(d))
            for d in dimensions
        }
    if card.notes:
        tree["notes"] = card.notes
    return with_kept(tree, card.also_says) if card.id.startswith(f"{SOURCE}-") else tree


def _use(card: Card, profile: Profile | None) -> dict[str, str]:
    use = {"answer": card.intended_use or ""}
    context = (profile.intended_use or profile.title) if profile else None
    return {**use, "deployment_context": context} if context else use


def _question(question: str, assumption: Assumption | None, held: str | None) -> dict[str, str]:
    wording = (assumption.question if assumption else None) or question
    block = {"question": wording, "answer": _answer(assumption) if assumption else ""}
    return {**block, "holds_at_deployment": held} if held else block


def _answer(assumption: Assumption) -> str:
    codes = tuple(sorted(set(assumption.assumes) - _INQUIRY))
    return assumption.answer or _INTERACTION.get(codes, "")


def _held(review: Review) -> dict[str, str]:
    """Return what the review says per dimension, also the words that stated no verdict."""
    said = {a.dimension: words for a in review.assessments if (words := _words(a))}
    return unread(review.notes) | said


def _words(assessment: Assessment) -> str | None:
    """Return verdict and reason as one text that begins with the verdict's word."""
    first, reason = _FIRST_WORDS.get(assessment.verdict), assessment.rationale or ""
    if first is None or VERDICT_WORDS.get(first_word(reason)) == assessment.verdict:
        return reason or None
    return f"{first}. {reason}".strip()
