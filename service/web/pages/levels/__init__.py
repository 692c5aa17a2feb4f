"""The pages of datasets, implementations, results and systems: lists, and a page for each."""

__all__ = ["index", "routes"]
