"""Finding anything in the graph by words: titles, short names, keywords, texts, people, sources."""

__all__ = ["answer", "find", "kinds", "listed", "missing", "score_in_words", "words"]
