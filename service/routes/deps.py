"""What routes need: the store, the gate and the settings, kept by the application."""

from dataclasses import dataclass
from secrets import compare_digest
from threading import Lock
from typing import Annotated
from urllib.parse import urlsplit

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
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if not is_token(given, services) or scheme.lower() != "bearer":
        raise Unauthorized("Send the token as 'Authorization: Bearer …'.")


def is_token(given: str, services: Services) -> bool:
    """Tell whether this is the token. Raises `Forbidden` where nobody may write."""
    token = services.settings.token
    if token is None:
        raise Forbidden("Writing is off. Start the service with EVALGAP_TOKEN to allow it.")
    return compare_digest(given.strip().encode(), token.get_secret_value().encode())


def check_form(request: Request, given: str, services: Services) -> None:
    """Raise `Forbidden` for a form that another site sent, `Unauthorized` for a wrong token.

    Browsers say where a form comes from: in `Sec-Fetch-Site`, and in `Origin`. What says neither
    is no browser, and nobody's browser can be made to send it.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    # the host alone, since a proxy in front may have taken the s off https
    elsewhere = origin is not None and urlsplit(origin).netloc != request.url.netloc
    if site not in {"same-origin", "none"} or elsewhere:
        raise Forbidden("This form was sent from another site. Open the page here and send again.")
    if not is_token(given, services):
        raise Unauthorized("This is not the token of this service (EVALGAP_TOKEN).")
