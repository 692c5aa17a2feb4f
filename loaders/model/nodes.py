"""The base classes of the model, and the things that records talk about."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from loaders.model.partial_dates import PartialDate
from loaders.model.terms import (
    Coded,
    Iri,
    Link,
    NestedThing,
    Part,
    Path,
    Slug,
    Text,
    Value,
    Whole,
)

WITHDRAWN = "withdrawn"
"""The editorial state of a record that was taken back: shown at its address, counted nowhere."""


class Node(BaseModel):
    """Anything that becomes a node of the graph. Frozen: a change makes a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rdf_type: ClassVar[str]


class Thing(Node):
    """A thing in the world with a stable IRI `id/{kind}/{id}`, described by records."""

    kind: ClassVar[str]
    id: Slug


class Agent(Thing):
    """A person, group or program that wrote or judged something."""

    kind = "agent"
    rdf_type = "prov:Agent"
    name: Annotated[Text, Value("schema:name")]


class EditorialDecision(Node):
    """A person's decision to withdraw a record, or to let it count again: who, when and why.

    `status` is the editorial state that a withdrawn record has otherwise, and gets back.
    """

    rdf_type = "egap:EditorialDecision"
    by: Annotated[Agent, NestedThing("prov:wasAttributedTo")]
    on: Annotated[date, Value("dcterms:date")]
    reason: Annotated[Text, Value("egap:editorialReason")]
    status: Annotated[Slug | None, Coded("egap:statusOtherwise", "code/review-status/")] = None


class Record(Node):
    """A versioned, immutable document: one named graph per version.

    Its IRI is `id/{kind}/{id}/{version}`; `id/{kind}/{id}` names the series of versions. A
    `withdrawal` stays in later versions until a person lifts it; `reinstatement` stands in the
    version with which one did.
    """

    kind: ClassVar[str]
    id: Path
    status: Annotated[Slug, Coded("egap:reviewStatus", "code/review-status/")] = "accepted"
    withdrawal: Annotated[EditorialDecision | None, Part("egap:hasWithdrawal", "withdrawal")] = None
    reinstatement: Annotated[
        EditorialDecision | None, Part("egap:hasReinstatement", "reinstatement")
    ] = None


class DatedRecord(Record):
    """A record with dates of its own, the same wherever it is installed.

    `issued` is when its author first issued it, `checked` the day on which somebody last held it
    against its sources; None: the record does not say. When it was stored stands in its provenance.
    """

    issued: Annotated[PartialDate | None, Value("dcterms:issued")] = None
    checked: Annotated[date | None, Value("egap:checkedOn")] = None


class Benchmark(Thing):
    """A benchmark; what is known of it stands in its cards. `id` is never made from a URL."""

    kind = "benchmark"
    rdf_type = "egap:Benchmark"


class Dataset(Thing):
    """A body of data files, as a hub or repository holds it; not a benchmark."""

    kind = "dataset"
    rdf_type = "egap:EvaluationDataset"


class Implementation(Thing):
    """How one harness runs an evaluation: its prompts, its answer form, its scoring."""

    kind = "implementation"
    rdf_type = "egap:Implementation"


class Deployment(Thing):
    """A context of use, actual or intended; how it is stands in its profiles."""

    kind = "deployment"
    rdf_type = "egap:Deployment"


class System(Thing):
    """A model or product, at a stated version where one is known; described by its cards."""

    kind = "system"
    rdf_type = "egap:AISystem"
    name: Annotated[Text | None, Value("schema:name")] = None


class Metric(Thing):
    """A rule that turns a set of results into one number.

    `metric_class` says what sort of number that is; only figures of one class are pooled.
    """

    kind = "metric"
    rdf_type = "egap:Metric"
    name: Annotated[Text, Value("schema:name")]
    higher_is_better: Annotated[bool | None, Value("egap:higherIsBetter")] = None
    metric_class: Annotated[Slug | None, Coded("egap:metricClass", "code/metric-class/")] = None


class Study(Thing):
    """An activity carried out to measure how a system, or people using it, perform."""

    kind = "study"
    rdf_type = "egap:Study"
    name: Annotated[Text | None, Value("schema:name")] = None
    design: Annotated[Slug | None, Coded("egap:studyDesign", "code/study-design/")] = None
    setting: Annotated[Slug | None, Coded("egap:setting", "code/setting/")] = None
    stands_in_for: Annotated[Slug | None, Coded("egap:standsInFor", "id/deployment/")] = None
    reported_in: Annotated[tuple[Iri, ...], Link("dcterms:isReferencedBy")] = ()


class CitedWork(Thing):
    """A work that records cite: a paper, a report, a page; described by its cards.

    Records cite it by addresses, several of which may lead to one work.
    """

    kind = "source"
    rdf_type = "egap:Source"


class Citation(Node):
    """A place in a source: the publication or file, where in it, and what it says there.

    `quote` is a passage of the source word for word; a paraphrase is no quote.
    """

    rdf_type = "egap:Citation"
    url: Annotated[Iri, Link("dcterms:source")]
    locator: Annotated[Text | None, Value("egap:locator")] = None
    quote: Annotated[Text | None, Value("egap:quotedText")] = None


class UserGroup(Node):
    """People who use a system in a deployment: of what kind, and how many, by which source.

    `counted` is when that number was true. No number is given where no source gives one.
    """

    rdf_type = "egap:UserGroup"
    population: Annotated[Slug | None, Coded("egap:population", "code/population/")] = None
    description: Annotated[Text | None, Value("dcterms:description")] = None
    number: Annotated[Whole | None, Value("egap:userCount")] = None
    qualifier: Annotated[Slug | None, Coded("egap:qualifier", "code/qualifier/")] = None
    counted: Annotated[PartialDate | None, Value("egap:countedIn")] = None
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()


class ItemCount(Node):
    """How many items of one sort a benchmark has, such as questions or images, by which source."""

    rdf_type = "egap:ItemCount"
    number: Annotated[Whole, Value("egap:itemCount")]
    unit: Annotated[Text, Value("egap:itemText")]
    sources: Annotated[tuple[Citation, ...], Part("egap:hasCitation", "source")] = ()


class RegistryEntry(Node):
    """Where a public list of deployed systems has a deployment: the list, and its key there."""

    rdf_type = "egap:RegistryEntry"
    registry: Annotated[Text, Value("egap:registryName")]
    key: Annotated[Text | None, Value("egap:registryKey")] = None
    url: Annotated[Iri | None, Link("dcterms:source")] = None
