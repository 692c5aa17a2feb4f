"""`evalgap token create | list | revoke`: who may write."""

import json
import sys
from datetime import datetime
from typing import Annotated, Literal

import typer

from service.access import Scope, Token, Tokens, expiry
from service.command import StoreOption, settings_of
from service.terminal import err, out

tokens = typer.Typer(no_args_is_help=True, help="Tokens: made, listed, revoked.")
Name = Annotated[str, typer.Argument(help="Its name, which the log of writes shows.")]
Word = Literal["read", "import", "write", "admin"]


@tokens.command()
def create(
    name: Name,
    scope: Annotated[Word, typer.Option(help="What it allows, and all before that.")],
    expires: Annotated[
        str | None, typer.Option(help="12h, 30d, 8w, or a date or time in UTC. [default: never]")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Make a token and print it, once: only a hash is kept. It holds at once."""
    until = expiry(expires) if expires else None
    secret = _kept(store).create(name, Scope[scope.upper()], until)
    sys.stdout.write(f"{secret}\n")
    err.print(f"This is the token {name}, shown this once. {_until(until)}", highlight=False)


@tokens.command("list")
def list_(
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, as JSON lines.")] = False,
) -> None:
    """List the tokens, a line each: name, scope, state, when it was made, when it ends."""
    for token in _kept(store).all():
        line = json.dumps(token.document()) if as_json else _line(token)
        sys.stdout.write(f"{line}\n")


@tokens.command()
def revoke(name: Name, store: StoreOption = None) -> None:
    """End a token for good; a running service refuses it from the next request on."""
    _kept(store).revoke(name)
    out.print(f"{name} is revoked", highlight=False)


def _kept(store: str | None) -> Tokens:
    return Tokens(settings_of(store=store).tokens_file)


def _line(token: Token) -> str:
    made = f"made {token.created:%Y-%m-%d}" if token.created else ""
    return f"{token.name}  {token.scope.word}  {token.state}  {made}  {_until(token.expires)}"


def _until(expires: datetime | None) -> str:
    return f"It expires {expires:%Y-%m-%d %H:%M} UTC." if expires else "It does not expire."
