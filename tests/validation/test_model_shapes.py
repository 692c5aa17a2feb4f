"""The shapes that follow from the model are those that are kept."""

from tests import model_shapes


def test_what_is_kept_is_what_the_model_says() -> None:
    kept = model_shapes.PATH.read_text(encoding="utf-8")
    assert kept == model_shapes.text(), "run `python -m tests.answers`"
