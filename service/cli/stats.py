"""`evalgap stats`: figures of the corpus, each with the named question that it comes from."""

import json
import sys
from typing import Annotated

import typer

from service.cli.shared import StoreOption, opened, settings_of


def stats(
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, as JSON.")] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="Ten questions and the answers they have today.")
    ] = False,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="How often which verdict comes of a fit.")
    ] = False,
) -> None:
    """Print how much the graph holds, how well it is verified, and what is still open."""
    from service.fit import shares  # noqa: PLC0415 - the other commands start faster
    from service.queries import corpus_report  # noqa: PLC0415

    with opened(settings_of(store=store), read_only=True) as engine:
        if as_json:
            text = json.dumps(corpus_report.document(engine), ensure_ascii=False, indent=1)
        elif verdicts:
            text = shares.as_text(engine)
        else:
            text = (corpus_report.questions_as_text if questions else corpus_report.as_text)(engine)
    sys.stdout.write(f"{text}\n")
