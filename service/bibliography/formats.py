"""Sources as BibTeX and RIS, which programs that manage references read."""

import re
from collections.abc import Iterable

from service.bibliography.works import Work
from service.common.negotiation import SUFFIXES

BIBTEX, RIS = SUFFIXES["bib"], SUFFIXES["ris"]
_SPECIAL = re.compile(r"([#$%&_{}])")
_WORDY = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_BRACES = {"{": "%7B", "}": "%7D"}
_ENTRIES = {
    "article": ("article", "journal", "JOUR"),
    "conference-paper": ("inproceedings", "booktitle", "CONF"),
    "preprint": ("misc", "howpublished", "UNPB"),
    "report": ("techreport", "institution", "RPRT"),
    "data-set": ("misc", "howpublished", "DATA"),
    "repository": ("misc", "howpublished", "COMP"),
    "web-page": ("misc", "howpublished", "ELEC"),
}
"""By the type of source: the entry of BibTeX, the field of the venue in it, and the type of RIS."""
_ANY = ("misc", "howpublished", "GEN")


def bibtex(works: Iterable[Work]) -> str:
    """Return sources as BibTeX, one entry each under the id of the source.

    Letters beyond ASCII stay as they are, in UTF-8; what TeX takes for a command is written out.
    Addresses and DOIs are verbatim, as biblatex and the package url read them.
    """
    return "\n\n".join(map(_entry, works)) + "\n"


def _entry(work: Work) -> str:
    entry, venue, _ = _ENTRIES.get(work.type or "", _ANY)
    link = work.links[0] if work.links else ""
    fields = {
        "author": " and ".join([*map(_person, work.authors), *_more(work)]),
        "title": f"{{{escaped(work.title)}}}",
        "year": work.year or "",
        venue: escaped(work.venue or ""),
        "doi": _verbatim(work.doi or ""),
        "eprint": _verbatim(work.arxiv or ""),
        "archiveprefix": "arXiv" if work.arxiv else "",
        "url": _verbatim(link),
    }
    lines = [f"  {name} = {{{words}}}," for name, words in fields.items() if words]
    return "\n".join([f"@{entry}{{{work.id},", *lines, "}"])


def _person(name: str) -> str:
    """Return a name; that of a group stays whole in braces, whatever words it has."""
    family, comma, given = name.partition(", ")
    return f"{escaped(family)}, {escaped(given)}" if comma else f"{{{escaped(name)}}}"


def _more(work: Work) -> list[str]:
    return [] if work.all_named or not work.authors else ["others"]


def escaped(text: str) -> str:
    """Return text as BibTeX takes it: what has a meaning there is written out."""
    plain = " ".join(text.split())
    marked = "".join(_WORDY.get(letter, letter) for letter in _SPECIAL.sub("\0\\1", plain))
    return marked.replace("\0", "\\")


def _verbatim(text: str) -> str:
    return "".join(_BRACES.get(letter, letter) for letter in text)


def ris(works: Iterable[Work]) -> str:
    """Return sources as RIS: tagged lines, in UTF-8, with the ends of lines that it asks for."""
    return "".join(f"{tag}  - {words}\r\n" for work in works for tag, words in _tagged(work))


def _tagged(work: Work) -> list[tuple[str, str]]:
    found = [("TY", _ENTRIES.get(work.type or "", _ANY)[2]), ("ID", work.id)]
    found += [("AU", name) for name in work.authors]
    found += [("TI", work.title), ("PY", work.year or ""), ("DA", _slashed(work.issued))]
    found += [("T2", work.venue or ""), ("DO", work.doi or "")]
    found += [("AN", f"arXiv:{work.arxiv}" if work.arxiv else "")]
    found += [("UR", link) for link in work.links]
    found += [("N1", "More authors than are named here")] if _more(work) else []
    return [(tag, " ".join(words.split())) for tag, words in found if words] + [("ER", "")]


def _slashed(issued: str | None) -> str:
    """Return a date as RIS writes it, with the slashes of what is not known; none for a year."""
    parts = (issued or "").split("-")
    return "/".join([*parts, "", "", ""][:4]) if issued and len(parts) > 1 else ""
