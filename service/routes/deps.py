"""What routes need: the store, the gate and the settings, kept by the application."""

from dataclasses import dataclass
from secrets import compare_digest
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from service.config import Settings
from service.engines.base import Engine
from service.gate import Gate
from service.jobs import Jobs
from service.problems import Forbidden, Unauthorized


@dataclass(frozen=True)
class Services:
    """Everything that one running service shares between requests."""

    engine: Engine
    gate: Gate
    settings: Settings
    jobs: Jobs
    writing: Lock
    """Held by whoever changes the store, from reading what is there until it is committed."""


def services(request: Request) -> Services:
    """Return the services of the application that got the request."""
    found = request.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - set once, when the application starts
    return found


ServicesDep = Annotated[Services, Depends(services)]


def check_token(request: Request, services: Services) -> None:
    """Raise `Forbidden` where nobody may write, `Unauthorized` without the right token."""
    token = services.settings.token
    if token is None:
        raise Forbidden("Writing is off. Start the service with EVALGAP_TOKEN to allow it.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = compare_digest(given.strip().encode(), token.get_secret_value().encode())
    if scheme.lower() != "bearer" or not right:
        raise Unauthorized("Send the token as 'Authorization: Bearer …'.")
