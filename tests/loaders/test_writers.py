"""What is written as a file is read again as it was."""

from hypothesis import given
from hypothesis import strategies as st

from loaders.reading.source_fields import value_of, written
from loaders.reading.trees import parse
from loaders.writers.text import yaml_text

_PIECES = st.sampled_from(
    [*'ab\\"\':#-?!&*%@`|>[]{},\n\t', " ", "  ", "\\n", ": ", " #", "- ", "true", "12", "é", "😀",
     "\x85", "\u2028", "\ufeff", "\xa0", "x" * 40]
)  # fmt: skip
TEXTS = st.lists(_PIECES, min_size=1, max_size=60).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(TEXTS, TEXTS)
def test_every_text_comes_back_from_yaml(first: str, second: str) -> None:
    tree = {"a": first, "b": {"c": [second, first]}}
    assert parse(yaml_text(tree).encode()) == tree


@given(VALUES)
def test_a_value_that_is_kept_as_text_is_found_again(value: object) -> None:
    found = value_of(written(value))
    assert found == (value.strip() if isinstance(value, str) else value)
