"""The shipped records agree with each other: ends with cards, rules with values, n with ends.

A record whose fields do not bear each other out is the fault that an audit found most.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest

from loaders.contract import Document, Raw
from loaders.model import Card, Coding, Record
from loaders.registry import documents
from tests import consistency
from tests.consistency import Finding
from tests.shipped import ROOT, records

CHECKS: tuple[Callable[[Iterable[Record]], Iterator[Finding]], ...] = (
    consistency.varied_without_two_unequal_ends,
    consistency.unequal_ends_that_do_not_vary,
    consistency.ends_that_no_card_assumes,
    consistency.n_of_neither_end,
    consistency.n_on_the_gap_alone,
    consistency.areas_in_percent,
    consistency.figures_missing_in_two_ways,
    consistency.nested_scores_taken_as_independent,
    consistency.coefficients_that_are_no_fractions,
    consistency.amounts_in_percent,
    consistency.trainings_taken_for_one_system,
    consistency.systems_with_comparisons_of_their_own,
    consistency.studies_counted_again,
    consistency.attempts_in_a_class_of_one,
    consistency.disputes_without_a_source,
    consistency.numbers_without_interval_or_reason,
    consistency.scores_not_read_in_one_condition,
    consistency.differences_from_one_condition,
    consistency.finer_than_their_ends,
    consistency.values_that_their_counts_deny,
    consistency.effects_that_name_a_benchmark,
    consistency.ends_without_n_or_reason,
    consistency.other_sources_of_unknown_ones,
    consistency.makers_that_differ_in_one_study,
    consistency.one_system_called_several,
    consistency.systems_with_one_name,
    consistency.intervals_from_unrecorded_ones,
    consistency.systems_named_after_another,
    consistency.counts_quoted_and_not_recorded,
    consistency.audits_that_change_their_inputs,
    consistency.makers_of_one_system_that_differ,
    consistency.works_that_the_study_does_not_report,
    consistency.makers_called_study_authors,
    consistency.points_of_a_bare_percentage,
    consistency.bounds_left_in_words,
    consistency.graded_scores_that_decide,
    consistency.means_over_models_without_n,
    consistency.names_with_empty_brackets,
    consistency.repeaters_beside_the_work,
    consistency.rules_that_give_another_value,
    consistency.open_answers_without_a_place,
    consistency.measures_quoted_and_not_coded,
    consistency.populations_that_wrote_nothing,
    consistency.agents_coded_as_one_turn,
    consistency.readings_without_an_instrument,
    consistency.steps_without_what_they_do,
    consistency.tries_and_languages_in_words,
    consistency.languages_without_the_dimension,
    consistency.imitated_people_without_surroundings,
    consistency.figures_from_memory,
    consistency.rules_without_their_condition,
    consistency.rules_left_out,
    consistency.parts_left_open_in_full_answers,
    consistency.siblings_that_differ_without_a_word,
    consistency.tries_counted_and_not_coded,
    consistency.questions_of_models_without_origin,
    consistency.average_precisions_in_a_class,
    consistency.abstracts_that_deny_a_number,
    consistency.levels_above_their_weakest_number,
    consistency.percentages_that_a_source_settles,
    consistency.differences_in_percent,
    consistency.shares_that_no_count_makes,
    consistency.printed_shares_left_in_words,
    consistency.record_authors_of_one_study,
    consistency.systems_of_two_studies,
    consistency.scores_of_accounts_alone,
    consistency.answers_of_accounts_alone,
    consistency.item_counts_of_accounts_alone,
    consistency.reference_groups_alone,
    consistency.one_language_called_several,
    consistency.scorers_of_a_harness_alone,
    consistency.authors_left_out_of_the_first_end,
    consistency.intervals_that_their_counts_deny,
    consistency.systems_named_by_their_rank,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_the_shipped_records_agree(check: Callable[[Iterable[Record]], Iterator[Finding]]) -> None:
    assert list(check(records())) == []


def test_cards_of_the_codebook_are_what_its_loader_reads() -> None:
    """Closed answers of the review, for the papers whose cards are shipped, through the loader."""
    table = ROOT / "data/coding/construct_validity_review.csv"
    read = {}
    for document in documents(Raw(table.name, table.read_bytes())):
        assert isinstance(document, Document)
        assert document.raw.known_by
        read[document.raw.known_by.words] = document.records[0]
    for card in records():
        if isinstance(card, Card) and card.author.id == "construct-validity-review":
            row = {
                s.locator.split(",")[0] for a in card.assumptions for s in a.sources if s.locator
            }
            (key,) = (words.removeprefix("row ") for words in row)
            assert codes(card) == codes(read[key]), card.id


def codes(record: Record) -> dict[str, tuple[str, frozenset[Coding]]]:
    """Return what is coded on each dimension, and how the question stands."""
    assert isinstance(record, Card)
    return {a.dimension: (a.answer_status, frozenset(a.codings)) for a in record.assumptions}
