"""What routes need: the store, the gate and the settings, kept by the application."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.config import Settings
from service.engines.base import Engine
from service.gate import Gate


@dataclass(frozen=True)
class Services:
    """Everything that one running service shares between requests."""

    engine: Engine
    gate: Gate
    settings: Settings


def services(request: Request) -> Services:
    """Return the services of the application that got the request."""
    found = request.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - set once, when the application starts
    return found


ServicesDep = Annotated[Services, Depends(services)]
