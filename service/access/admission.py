"""Who is let in: the token that a request bears, against the scope that a route needs."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from service.access.requests import request_id
from service.access.tokens import AccessToken, Scope, Tokens
from service.common.problems import Forbidden, OnPage, Problem, Unauthorized

BEARER = 'Bearer realm="EvalGap"'
BASIC = 'Basic realm="EvalGap, any name, a token as password", charset="UTF-8"'
"""What makes a browser ask for a token, to read pages with."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OFF = (
    "Writing is off, as there is no token. Make one with `evalgap token create`, or start "
    "the service with EVALGAP_TOKEN."
)
_READ_ONLY = "This service is read-only: nothing can be written to it, whatever the token."


@dataclass(frozen=True)
class Caller:
    """An admitted client: the name of the token, the client's address, the request's id."""

    name: str
    client: str
    request: str


@dataclass(frozen=True)
class Access:
    """What one service lets in: its tokens, whether reading needs one, whether it only reads."""

    tokens: Tokens
    reading_needs_token: bool = False
    read_only: bool = False

    @property
    def writable(self) -> bool:
        """Whether there is a token that may write."""
        return not self.read_only and self.tokens.is_any()

    def admit(self, request: Request, scope: Scope) -> Caller:
        """Return who sent a request that needs a scope.

        Browsers send a password (Basic) by themselves, also with a form of another site, so it
        counts only for what changes nothing. Raises `Unauthorized` without a valid token,
        `Forbidden` for one of a lesser scope and where writing is off.
        """
        reads = scope is Scope.READ or request.method in _SAFE
        if self.read_only and not reads:
            raise Forbidden(_READ_ONLY)
        challenges = (BEARER, BASIC) if reads else (BEARER,)
        secret = _sent(request, basic=reads)
        if not secret:
            raise self._unknown(_needed_scope(scope), *challenges, on_page=_FOR_HOLDERS)
        return self._holder(request, secret, scope, challenges)

    def admit_form(self, request: Request, secret: str, scope: Scope) -> Caller:
        """Return who sent a form with a token in it; raise `Forbidden` for one of another site.

        Else it raises as `admit` does.
        """
        refuse_other_sites(request)
        if self.read_only:
            raise Forbidden(_READ_ONLY)
        return self._holder(request, secret, scope, (BEARER,))

    def _unknown(self, sentence: str, *challenges: str, on_page: OnPage | None = None) -> Problem:
        """Return what to raise for a token that is not ours, or none."""
        if BASIC not in challenges and not self.tokens.is_any():
            return Forbidden(_OFF)
        return Unauthorized(sentence, *challenges, on_page=on_page)

    def _holder(
        self, request: Request, secret: str, scope: Scope, challenges: tuple[str, ...]
    ) -> Caller:
        token = self.tokens.holder(secret)
        invalid = tuple(f'{challenge}, error="invalid_token"' for challenge in challenges[:1])
        if token is None:
            raise self._unknown("This is not a token of this service.", *invalid, *challenges[1:])
        if token.state != "valid":
            raise Unauthorized(_ended(token), *invalid, *challenges[1:])
        if token.scope < scope:
            raise Forbidden(
                f"This needs a token with the scope {scope.word!r}; the token {token.name!r} has "
                f"the scope {token.scope.word!r}.",
                scope=scope.word,
            )
        client = request.client.host if request.client else ""
        return Caller(token.name, client, request_id(request.scope))


def refuse_other_sites(request: Request) -> None:
    """Raise `Forbidden` for a form that another site had a browser send.

    Browsers say where a form comes from: in `Sec-Fetch-Site`, and in `Origin`. What says neither is
    no browser, and no browser can be made to send it.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    # the host alone, since a proxy in front may have taken the s off https
    elsewhere = origin is not None and host_of(origin) != request.url.netloc
    if site not in {"same-origin", "none"} or elsewhere:
        raise Forbidden("This form was sent from another site. Open the page here and send again.")


def host_of(origin: str) -> str:
    """Return the host and port that an `Origin` field names; empty for what names none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _sent(request: Request, *, basic: bool) -> str:
    """Return the token in the `Authorization` field, empty where there is none."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic" or not basic:
        return ""
    try:
        return b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


_FOR_HOLDERS = OnPage(
    "This is for people with a token of this service, which those who run it give out. Where the "
    "browser asks for a name and a password, the token is the password.",
    heading="This needs a token",
)


def _needed_scope(scope: Scope) -> str:
    which = "a token" if scope is Scope.READ else f"a token with the scope {scope.word!r}"
    return f"This needs {which}. Send it as 'Authorization: Bearer …'."


def _ended(token: AccessToken) -> str:
    if token.revoked is not None:
        return f"The token {token.name!r} was revoked."
    return f"The token {token.name!r} expired {token.expires:%Y-%m-%d %H:%M} UTC."
