"""The way back: records as files that people keep and that the loaders read again."""

__all__ = ["authors", "evalgap", "markdown", "plan", "source", "text"]
