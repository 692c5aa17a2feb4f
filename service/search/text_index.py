"""A full-text index in memory: SQLite's FTS5, ranked by BM25 with a weight for each field."""
# DESIGN: search-in-memory

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from statistics import harmonic_mean
from threading import Lock
from weakref import finalize

from service.search.kinds import SearchedThing
from service.search.words import apart, without_unseen

_TABLE = """CREATE VIRTUAL TABLE searched USING fts5(
    names, keywords, codes, people, texts, tokenize = 'porter unicode61 remove_diacritics 2')"""
_WEIGHTS = "bm25(10.0, 5.0, 2.0, 3.0, 1.0)"
"""How often a word in each field counts, in their order, against once in a text."""
_ADD = """INSERT INTO searched (rowid, names, keywords, codes, people, texts)
    VALUES (?, ?, ?, ?, ?, ?)"""
_FIND = "SELECT rowid, -rank FROM searched WHERE searched MATCH ?"
_AMONG = """SELECT rowid, -rank FROM searched
    WHERE searched MATCH ? AND rowid IN (SELECT value FROM json_each(?))"""
_EXCERPT = """SELECT rowid, snippet(searched, -1, ?, ?, '…', 18) FROM searched
    WHERE searched MATCH ? AND rowid IN (SELECT value FROM json_each(?))"""
_START, _END = "\x02", "\x03"
_MARKED = re.compile(f"{_START}([^{_START}{_END}]*+){_END}")

Excerpt = tuple[tuple[str, bool], ...]
"""Pieces of a text, each with whether it is a word that was looked for."""


class TextIndex:
    """The texts of documents, found by words; each document is known by its place.

    Threads take turns: one search takes milliseconds.
    """

    def __init__(self, documents: Iterable[SearchedThing]) -> None:
        """Index all documents."""
        self._lock = Lock()
        self._data = sqlite3.connect(":memory:", check_same_thread=False)
        finalize(self, self._data.close)
        self._data.execute(_TABLE)
        self._data.execute("INSERT INTO searched (searched, rank) VALUES ('rank', ?)", (_WEIGHTS,))
        self._data.executemany(_ADD, (_row(place, d) for place, d in enumerate(documents)))
        self._data.execute("INSERT INTO searched (searched) VALUES ('optimize')")

    def found(self, words: Sequence[str], *, every: bool = True) -> dict[int, float]:
        """Return the places of the documents that have every word, or any, and how well (BM25).

        The last word, which may not be whole yet, is met by what begins with it. More is better.
        What has every word is as near as the harmonic mean over the words says, so that one word in
        a name does not outweigh another that stands in passing.
        """
        if not words:
            return {}
        with self._lock:
            found = dict(self._data.execute(_FIND, (_query(words, every=every),)))
            if not every or len(words) == 1:
                return found
            places = json.dumps(list(found))
            each = [
                dict(self._data.execute(_AMONG, (query, places)))
                for query in (*map(_whole, words[:-1]), _query(words[-1:], every=True))
            ]
        return {place: harmonic_mean([score[place] for score in each]) for place in found}

    def excerpts(self, words: Sequence[str], places: Sequence[int]) -> dict[int, Excerpt]:
        """Return, for each of some documents that have any of the words, the part with most."""
        if not words or not places:
            return {}
        sought = (_START, _END, _query(words, every=False), json.dumps(list(places)))
        with self._lock:
            found = self._data.execute(_EXCERPT, sought).fetchall()
        return {place: _pieces(text) for place, text in found}


def _row(place: int, document: SearchedThing) -> tuple[int | str, ...]:
    d = document
    return (place, *map(apart, ("\n".join(d.names), d.keywords, d.codes, d.people, d.text)))


def _query(words: Sequence[str], *, every: bool) -> str:
    """Return words as FTS5 asks for them; each is letters and digits alone."""
    return (" AND " if every else " OR ").join(map(_whole, words)) + "*"


def _whole(word: str) -> str:
    return f'"{word}"'


def _pieces(text: str) -> Excerpt:
    shown = without_unseen(text.replace("\u200b", "").split("\n"))
    lines = (" ".join(line.split()) for line in shown)
    parts = _MARKED.split(" · ".join(filter(None, lines)))
    return tuple((part, bool(place % 2)) for place, part in enumerate(parts) if part)
