"""The forms in which a measured gap is written."""

__all__ = ["as_words", "cards", "evalgap", "registry"]
