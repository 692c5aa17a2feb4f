"""The works that records cite, as a bibliography describes them: who wrote what, when and where."""

from datetime import date
from typing import Annotated

from loaders.model.nodes import Agent, Citation, CitedWork, Record
from loaders.model.partial_dates import PartialDate
from loaders.model.terms import Coded, Iri, Link, NestedThing, Part, Slug, Text, Value

OTHERS = "others"
"""The last of `authors` where a work has more than the card names."""


class SourceCard(Record):
    """What one author found of a source that records cite. `id` = source/author.

    `authors` are their names in the order of the source, parted by `; `, each of a person as
    `Family, Given`, of a group without a comma; `others` comes last where not all are named. What
    is left out was not seen. `doi`, `arxiv` (`2009.13081`), `pmc` (`PMC12155023`) and
    `addresses` are where the one work is cited. `sources` say where these facts were looked up,
    `looked_up_on` when.
    """

    kind = "source-card"
    rdf_type = "egap:SourceCard"
    source: Annotated[CitedWork, NestedThing("egap:describesSource")]
    title: Annotated[Text, Value("dcterms:title")]
    authors: Annotated[Text | None, Value("dc:creator")] = None
    issued: Annotated[PartialDate | None, Value("dcterms:issued")] = None
    venue: Annotated[Text | None, Value("prism:publicationName")] = None
    source_type: Annotated[Slug | None, Coded("dcterms:type", "code/source-type/")] = None
    doi: Annotated[Text | None, Value("bibo:doi")] = None
    arxiv: Annotated[Text | None, Value("fabio:hasArXivId")] = None
    pmc: Annotated[Text | None, Value("fabio:hasPubMedCentralId")] = None
    addresses: Annotated[tuple[Iri, ...], Link("schema:url")] = ()
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    origin: Annotated[Slug | None, Coded("egap:origin", "code/origin/")] = None
    looked_up_on: Annotated[date | None, Value("dcterms:date")] = None
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the authors, in the order of the source, without `others`."""
        given = self.authors.split("; ") if self.authors else []
        return tuple(name for name in given if name != OTHERS)

    @property
    def all_named(self) -> bool:
        """Whether the card names every author of the work."""
        return self.authors is not None and self.authors.split("; ")[-1] != OTHERS
