"""A use that somebody describes for themselves is kept: marked as their own, and counted nowhere.

It is a profile like any other, of a deployment that is named by a hash of what is said of it, so
that the same description has the same address. Its origin `own` leaves it out of every list and
count; it is read, planned for and withdrawn by its name.
"""
# DESIGN: own-descriptions

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from loaders.model import Agent, Characteristic, Coding, Deployment, Profile
from loaders.model.terms import Slug, Text
from service.access import LogEntry
from service.fit.claims import OWN, DeploymentClaims
from service.fit.request import described_deployment
from service.ingest import alone
from service.ontology import scheme_queries
from service.store.port import Engine
from service.validation.gate import Gate

Licence = Literal["cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"]
LICENCES: Mapping[Licence, tuple[str, str]] = {
    "cc0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "cc-by-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
}
"""The licences under which a description can be given: code to name and address."""
_DIGITS = 10


class OwnDeployment(BaseModel):
    """A use as somebody describes it for themselves, with who they are and under which licence.

    `characteristics` are those of a described deployment of `POST /api/v1/fit`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: Text
    domains: tuple[Slug, ...] = ()
    characteristics: dict[str, Any]
    author: Agent
    license: Licence


def described(
    engine: Engine, title: str | None, domains: tuple[str, ...], characteristics: object
) -> DeploymentClaims:
    """Return the deployment of a description, named by what it says. Raises `BadParameter`."""
    body = {"title": title, "domains": list(domains), "characteristics": characteristics}
    found = described_deployment(engine, scheme_queries.schemes(engine), body)
    said = [(c.dimension, sorted(c.values()), c.status, c.answer) for c in found.claims]
    text = json.dumps([found.title, sorted(found.domains), sorted(said, key=str)])
    ident = f"own-{sha256(text.encode()).hexdigest()[:_DIGITS]}"
    return DeploymentClaims(ident, found.title, found.domains, found.claims, own=True)


def profile(found: DeploymentClaims, author: Agent, licence: Licence) -> Profile:
    """Return a described deployment as the record that keeps it."""
    return Profile(
        id=f"{found.id}/{author.id}",
        deployment=Deployment(id=str(found.id)),
        title=found.title,
        domains=tuple(sorted(found.domains)),
        author=author,
        origin=OWN,
        license=LICENCES[licence][1],
        characteristics=tuple(
            Characteristic(
                dimension=claim.dimension,
                answer_status=claim.status,
                answer=claim.answer,
                observed=tuple(f"{claim.dimension}/{c.code}" for c in claim.coded),
                codings=tuple(Coding(code=f"{claim.dimension}/{c.code}") for c in claim.coded),
            )
            for claim in found.claims
        ),
    )


def keep(engine: Engine, gate: Gate, requested: OwnDeployment, write: LogEntry) -> str:
    """Store a described deployment and return its id. Raises `BadParameter` and `Invalid`."""
    found = described(engine, requested.title, requested.domains, requested.characteristics)
    kept = profile(found, requested.author, requested.license)
    alone.store(engine, gate, alone.document(f"own/{kept.id}", [kept], requested), write)
    return str(found.id)
