"""Named SPARQL queries, and answers that are kept until the graph changes."""

__all__ = ["cache", "catalog", "corpus_report", "counted", "internal", "lists", "names"]
