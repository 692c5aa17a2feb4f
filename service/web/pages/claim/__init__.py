"""From a claimed score to its meaning: four fields, and one page that prints."""

__all__ = ["routes"]
