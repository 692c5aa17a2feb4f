"""What a search answers over HTTP."""

from pydantic import BaseModel, Field


class SearchHit(BaseModel):
    """One thing that was found."""

    kind: str = Field(description="what kind of thing it is", examples=["benchmark"])
    id: str = Field(description="its id among things of this kind", examples=["medqa"])
    name: str = Field(description="what it is called", examples=["MedQA"])
    address: str | None = Field(description="of a source, where it is published", examples=[None])
    page: str = Field(description="where its page is", examples=["/benchmarks/medqa"])
    found_by: str = Field(
        description="name, start-of-name, all-words, alike or some-words, the best first"
    )
    excerpt: str = Field(description="the part of its text with most of the words; may be empty")


class StatedScore(BaseModel):
    """A score of a benchmark that the words of a search state."""

    benchmark: str = Field(description="the id of the benchmark", examples=["medqa"])
    name: str = Field(description="what it is called", examples=["MedQA"])
    score: str = Field(description="the score as it was given", examples=["95 %"])
    model: str | None = Field(description="the system, where its whole name was given")
    page: str = Field(
        description="where it is said what such a score means for a use",
        examples=["/claim?benchmark=medqa&score=95+%25"],
    )


class SearchAnswer(BaseModel):
    """What a search found."""

    query: str = Field(description="the words that were given")
    did_you_mean: str | None = Field(description="what was looked for in place of unknown words")
    score: StatedScore | None = Field(
        None, description="a score that the words state, such as 95 % on MedQA"
    )
    total: int = Field(description="how many things were found, of any kind")
    counts: dict[str, int] = Field(description="how many things of each kind were found")
    items: list[SearchHit]
