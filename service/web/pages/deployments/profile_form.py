"""The form to describe a deployment."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from loaders.model import CORE_DIMENSIONS, Agent, Profile, Record
from loaders.reading.cleaning import slug
from service.fit import from_graph
from service.fit.own import LICENCES
from service.store.port import Engine
from service.web.pages.forms import statements
from service.web.pages.forms.fields import CodeChoice, FormField, Typed, first_of, one
from service.web.pages.forms.form import WHO, DescriptionForm

_BETWEEN_CODES = re.compile(r"[,;\s]+")


class ProfileForm(DescriptionForm):
    """How things are in a deployment, says one author."""

    kind = "profile"
    address = "/deployments/new"
    template = "pages/deployments/deployment_new.html"
    takes = ("title", "domain", *CORE_DIMENSIONS)
    about = "the description of a deployment"
    has_done = "described this deployment"
    subject = "deployment"
    rows = "characteristics"
    values_field = "observed"
    here = (
        "A deployment of this name is here already, as {}. If yours is the same, send again "
        "unchanged: your description is shown beside the others. If not, change this field."
    )
    shapes: ClassVar[Mapping[str, str]] = {
        "title": "profile-title",
        "deployment": "profile-deployment",
        "author": "profile-author",
        "origin": "profile-origin",
        "status": "profile-status",
        "domains": "application-domain",
        "stage": "profile-stage",
        "begun": "profile-begun",
        "ended": "profile-ended",
        "countries": "profile-country",
        "users_population": "users-population",
        "license": "profile-licence",
        "url": "citation-source",
    }
    short_names: ClassVar[Mapping[str, str]] = {"deployment": "title", "author": "author_name"}
    needed: ClassVar[Mapping[str, str]] = {
        "title": "Give the deployment a name.",
        "author_name": "Give your name.",
    }
    model_names: ClassVar[Mapping[str, str]] = {"users": "users_described"}
    names: ClassVar[Mapping[str, str]] = {
        "title": "Name of the deployment",
        "deployment": "Short name of the deployment, for its address",
        **WHO,
        "license": "Licence of what you write",
        "intended_use": "What it is used for",
        "deployer": "Who runs it",
        "stage": "How far the deployment has come",
        "begun": "Since when",
        "ended": "Until when",
        "countries": "Countries",
        "places": "Places within a country, offices, wards",
        "users_described": "Who uses it, in words",
        "users_population": "Who uses it, by the nearest term",
        "url": "Source: its address",
        "locator": "Where in the source",
        "quote": "Its words, at most 25",
        "notes": "Notes",
    }

    @cached_property
    def head(self) -> Mapping[str, FormField]:
        """The fields that a shape describes; licences have the names by which they are known."""
        licences = tuple(CodeChoice(address, name, "") for name, address in LICENCES.values())
        licence = FormField("Licence", "", needed=False, many=False, choices=licences)
        return {**super().head, "license": licence}

    def begun(self, engine: Engine, requested: Typed) -> Typed:
        """Return what the address says of the use, as the page of fit describes one."""
        del engine
        values = {
            f"{name}.value": [v for given in requested[name] for v in _codes(given)]
            for name in CORE_DIMENSIONS
        }
        plain = {"title": requested["title"], "domains": requested["domain"]}
        return {name: found for name, found in {**values, **plain}.items() if any(found)}

    def typed(self, record: Record) -> Typed:
        """Return a stored profile as it would have been typed."""
        assert isinstance(record, Profile)  # noqa: S101 - what the store holds under profile/
        users = record.users[0] if record.users else None
        plain = {
            "license": record.license,
            "deployer": record.deployer.name if record.deployer else None,
            "stage": record.stage,
            "begun": record.begun,
            "ended": record.ended,
            "countries": ", ".join(record.countries),
            "places": "\n".join(record.places),
            "users_described": users.description if users else None,
            "users_population": users.population if users else None,
            **statements.as_cited("", record.sources),
        }
        return {**super().typed(record), **first_of(plain)}

    def described(self, given: Typed, base: Record | None) -> dict[str, Any]:
        """Return what was typed of the deployment."""
        before = base if isinstance(base, Profile) else None
        return {
            "license": one(given, "license"),
            "deployer": _agent(one(given, "deployer"), before.deployer if before else None),
            "stage": one(given, "stage"),
            "begun": one(given, "begun"),
            "ended": one(given, "ended"),
            "countries": [code.upper() for code in _codes(one(given, "countries"))],
            "places": [line.strip() for line in one(given, "places").split("\n")],
            "users": _users(given, before),
            "sources": statements.cited(given, "", before.sources if before else ()),
        }

    def known(self, engine: Engine) -> Sequence[tuple[str, str]]:
        """Return the deployments that are here."""
        return [(str(d.id), d.title) for d in from_graph.deployments(engine)]

    def home(self, record: Record) -> tuple[str, str]:
        """Return the page of the deployment."""
        assert isinstance(record, Profile)  # noqa: S101 - what the store holds under profile/
        return f"/deployments/{record.deployment.id}", "See it on the page of the deployment"


def _codes(text: str) -> list[str]:
    return [code for code in _BETWEEN_CODES.split(text) if code]


def _agent(name: str, before: Agent | None) -> dict[str, str]:
    """Return who is named, under the short name that they have already."""
    if before and before.name == name:
        return before.model_dump()
    return {"id": slug(name), "name": name} if name else {}


def _users(given: Typed, before: Profile | None) -> list[dict[str, Any]]:
    """Return the group of users that was typed, and after it those there are no fields for."""
    known = [group.model_dump() for group in before.users] if before else []
    first = {
        **(known[0] if known else {}),
        "description": one(given, "users_described"),
        "population": one(given, "users_population"),
    }
    return [first, *known[1:]]
