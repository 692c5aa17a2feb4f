"""How a card is cited: as text, as BibTeX, by its name, with the paper it describes."""

import re
from dataclasses import dataclass

from loaders.mapping.iris import BASE, record_iri
from service.bibliography.formats import escaped
from service.web.pages.benchmark.view import CurrentCard

PUBLISHER = "EvalGap"
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(.+)")


@dataclass(frozen=True)
class Reference:
    """How to cite one version of a card, and what the card says of the paper."""

    text: str
    bibtex: str
    iri: str
    paper: str | None
    dois: tuple[str, ...]
    other: tuple[str, ...]


def reference(found: CurrentCard, release: str) -> Reference:
    """Return how to cite a card; the year is that in which its author issued it, or else none.

    `release` names the data release of the store, in which a reader finds the same card.
    """
    card, iri = found.card, str(record_iri("card", found.card.id, found.version))
    year = str(card.issued or "")[:4] or "n.d."
    name = card.author.name.rstrip(".")
    matched = [(url, _DOI.fullmatch(url)) for url in card.publications]
    return Reference(
        f"{name}. ({year}). {card.title} (version {found.version}) [Benchmark card]. "
        f"{PUBLISHER}{f', data release {release}' if release else ''}. {iri}",
        _bibtex(found, year, iri, release),
        f"{BASE}id/benchmark/{card.benchmark.id}",
        card.citation,
        tuple(match[1] for _, match in matched if match),
        tuple(url for url, match in matched if not match),
    )


def _bibtex(found: CurrentCard, year: str, iri: str, release: str) -> str:
    fields = {
        "author": f"{{{escaped(found.card.author.name)}}}",
        "title": f"{{{escaped(found.card.title)}}}",
        "year": year if year.isdecimal() else "",
        "howpublished": f"{PUBLISHER} benchmark card, version {found.version}",
        "note": f"Data release {release}" if release else "",
        "url": iri,
    }
    lines = [f"  {name} = {{{words}}}," for name, words in fields.items() if words]
    key = re.sub(r"[^a-z0-9]+", "-", found.card.id)
    return "\n".join([f"@misc{{evalgap-{key}-{found.version},", *lines, "}"])
