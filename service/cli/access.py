"""`evalgap token create | list | revoke`: who may write; `evalgap log`: who did."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from loaders.mapping.iris import BASE
from service.access import AccessToken, GraphChange, LoggedWrite, Scope, Tokens, expiry
from service.access import since as moment
from service.cli.console import err
from service.cli.printed import Lines, Rows, TextJson, document, documents, said, then
from service.cli.shared import StoreOption, settings_of, write_log
from service.common.digits import first_of

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
    form: TextJson = "text",
) -> None:
    """Make a token and print it, once: only a hash is kept. It holds at once."""
    until = expiry(expires) if expires else None
    secret = _kept(store).create(name, Scope[scope.upper()], until)
    if form == "json":
        document({"name": name, "scope": scope, "token": secret})
    else:
        typer.echo(secret)
    err.print(f"This is the token {name}, shown this once. {_until(until)}", highlight=False)
    then(form, "token list")


@tokens.command("list")
def list_(
    store: StoreOption = None,
    form: Lines = "text",
) -> None:
    """List the tokens, a line each: name, scope, state, when it was made, when it ends."""
    tokens = _kept(store).all()
    documents([t.document() for t in tokens], form, map(_line, tokens))


@tokens.command()
def revoke(name: Name, store: StoreOption = None, form: TextJson = "text") -> None:
    """End a token for good; a running service refuses it from the next request on."""
    _kept(store).revoke(name)
    said(form, f"{name} is revoked", name=name)


def _kept(store: str | None) -> Tokens:
    return Tokens(settings_of(store=store).tokens_file)


def _line(token: AccessToken) -> str:
    made = f"made {token.created:%Y-%m-%d}" if token.created else ""
    return f"{token.name}  {token.scope.word}  {token.state}  {made}  {_until(token.expires)}"


def _until(expires: datetime | None) -> str:
    return f"It expires {expires:%Y-%m-%d %H:%M} UTC." if expires else "It does not expire."


def log(
    since: Annotated[
        str | None, typer.Option(help="Writes from then on: 12h, 30d, a date or a time in UTC.")
    ] = None,
    who: Annotated[str, typer.Option(help="Writes with this token, or by this user.")] = "",
    graph: Annotated[str, typer.Option(help="Writes of this graph and those below it.")] = "",
    form: Rows = "text",
    store: StoreOption = None,
) -> None:
    """List the writes to the store, a line each: when, who, from where, what, what came of it.

    `unfinished` is a write whose outcome was not noted: it is under way, or the service ended in
    it; the next start finds out. CSV has a row for each graph.
    """
    start = moment(since) if since else None
    found = write_log(settings_of(store=store)).entries(start, who, graph)
    if form == "csv":
        from service.common.csv_tables import csv_lines  # noqa: PLC0415

        rows = (row for entry in found for row in entry.rows())
        for line in csv_lines(rows, LoggedWrite.columns()):
            typer.echo(line, nl=False)
        return
    documents((entry.document() for entry in found), form, map(_entry, found))


def _entry(entry: LoggedWrite) -> str:
    graphs = first_of([_graph(g) for g in entry.graphs], _SHOWN)
    said = (entry.at, entry.who, entry.client, entry.operation, entry.about, entry.outcome)
    rest = (entry.detail, graphs, f"request {entry.request}" if entry.request else "")
    return "  ".join(word for word in (*said, *rest) if word)


_SHOWN = 3
"""How many graphs of a write stand in its line."""


def _graph(change: GraphChange) -> str:
    name = change.graph.removeprefix(f"{BASE}graph/") or "the default graph"
    if change.triples_after is None:
        return name
    return f"{name} ({change.triples_before} to {change.triples_after} triples)"
