"""Systems that are measured and studies that measure them, as one author describes them.

A system or study is one thing with one id, to which gaps, results and profiles refer. What is
said of it stands on such a card: where two authors differ, both cards stand side by side.
"""

from typing import Annotated

from loaders.model.nodes import Agent, Citation, DatedRecord, Study, System
from loaders.model.terms import Coded, Iri, Link, NestedThing, Part, Slug, Text, Value


class SystemCard(DatedRecord):
    """What one author says of a system. `id` = system/author.

    `model_ids` are the names that programs use for it (`gpt-4o-2024-05-13`), `aliases` those that
    people use. `several` tells that it stands for a number of systems that a study measured as one.
    """

    kind = "system-card"
    rdf_type = "egap:SystemCard"
    system: Annotated[System, NestedThing("egap:describesSystem")]
    title: Annotated[Text, Value("dcterms:title")]
    aliases: Annotated[tuple[Text, ...], Value("dcterms:alternative")] = ()
    model_ids: Annotated[tuple[Text, ...], Value("dcterms:identifier")] = ()
    system_version: Annotated[Text | None, Value("schema:version")] = None
    vendor: Annotated[Agent | None, NestedThing("egap:vendor")] = None
    several: Annotated[bool | None, Value("egap:severalSystems")] = None
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    origin: Annotated[Slug | None, Coded("egap:origin", "code/origin/")] = None
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None


class StudyCard(DatedRecord):
    """What one author says of a study. `id` = study/author."""

    kind = "study-card"
    rdf_type = "egap:StudyCard"
    study: Annotated[Study, NestedThing("egap:describesStudy")]
    title: Annotated[Text, Value("dcterms:title")]
    aliases: Annotated[tuple[Text, ...], Value("dcterms:alternative")] = ()
    design: Annotated[Slug | None, Coded("egap:studyDesign", "code/study-design/")] = None
    setting: Annotated[Slug | None, Coded("egap:setting", "code/setting/")] = None
    stands_in_for: Annotated[Slug | None, Coded("egap:standsInFor", "id/deployment/")] = None
    reported_in: Annotated[tuple[Iri, ...], Link("dcterms:isReferencedBy")] = ()
    author: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    origin: Annotated[Slug | None, Coded("egap:origin", "code/origin/")] = None
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()
    notes: Annotated[Text | None, Value("skos:note")] = None
