"""`evalgap fit | risk | evidence | coverage`: fit, measured gaps and what is not covered."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from service.cli.console import out
from service.cli.printed import Report, document, then
from service.cli.shared import StoreOption, fail, opened, settings_of
from service.common.digits import plural
from service.store.port import Engine

if TYPE_CHECKING:
    from service.fit.request import FitAnswer

Dimensions = Annotated[
    str | None, typer.Option("--dimensions", "-d", help="Relevant dimensions, joined by commas.")
]
Domain = Annotated[str | None, typer.Option(help="Only benchmarks of this domain.")]
_SIGNS = {
    "holds": "holds",
    "partially-holds": "partly",
    "violated": "VIOLATED",
    "unknown": "unknown",
    "disputed": "disputed",
    "not-applicable": "n/a",
}


_Compared = Annotated[str | None, typer.Option(help="Two to four benchmarks, joined by commas.")]
_Verdicts = Annotated[
    str | None,
    typer.Option(help="Only benchmarks with these verdicts: dimension:verdict, with commas."),
]
_LeastAnswered = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Answers without which a benchmark is unranked; if left out, all but one of those "
        "that the deployment states.",
    ),
]


def fit(
    deployment: Annotated[str, typer.Argument(help="Id of a deployment, or a description file.")],
    dimensions: Dimensions = None,
    domain: Annotated[
        str | None,
        typer.Option(help="Only benchmarks of this domain, or all; if left out, the deployment's."),
    ] = None,
    benchmark: Annotated[str | None, typer.Option(help="Only this benchmark.")] = None,
    compare: _Compared = None,
    verdict: _Verdicts = None,
    whatif: Annotated[str | None, typer.Option(help="One change, dimension:value.")] = None,
    min_answered: _LeastAnswered = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most benchmarks to show.")] = 20,
    store: StoreOption = None,
    form: Report = "text",
) -> None:
    """Say which benchmarks fit a deployment, assumption by assumption, and what to test first.

    Benchmarks are ordered by how many assumptions hold, then by how many hold in part; unknown and
    disputed count as not held. Those that answer too little are not ranked.
    """
    from service.cli.fit_text import fit_lines, matrix  # noqa: PLC0415
    from service.evidence import first_tests  # noqa: PLC0415
    from service.fit import report as fit_report  # noqa: PLC0415

    given = {
        "dimensions": dimensions,
        "domain": domain,
        "benchmark": benchmark,
        "compare": compare,
        "verdict": verdict,
        "whatif": whatif,
        "min_answered": min_answered,
        "limit": limit,
    }
    with opened(settings_of(store=store), read_only=True) as engine:
        found = _answer(engine, deployment, given)
        whole = first_tests.answered(engine, found) if form != "csv" else {}
    if form == "json":
        document(whole)
    elif form == "csv" or found.compared is not None or found.moves is not None:
        _show(fit_report.answer_rows(found), found.deployment.title, as_csv=form == "csv")
    elif benchmark:
        _say_fit(fit_report.fit_rows(found.fits), found.deployment.title)
    else:
        out.print(matrix(whole))
        out.print("\n".join(fit_lines(whole)), markup=False, highlight=False)
        out.print(_overview(whole))
    for first in () if Path(deployment).is_file() else found.fits[:1]:
        then(form, f"risk {deployment} {first.benchmark}")


def _answer(engine: Engine, deployment: str, given: Mapping[str, Any]) -> "FitAnswer":
    """Return the fit of a stored deployment, or of one that a file describes."""
    from service.fit import from_graph  # noqa: PLC0415
    from service.fit import request as fit_request  # noqa: PLC0415 - other commands start faster
    from service.ontology import scheme_queries  # noqa: PLC0415

    schemes, path = scheme_queries.schemes(engine), Path(deployment)
    chosen = (
        fit_request.described_deployment(engine, schemes, description(path))
        if path.is_file()
        else from_graph.deployment(engine, deployment)
    )
    request = fit_request.parse(engine, schemes, given)
    return fit_request.answer(schemes, from_graph.benchmarks(engine, chosen.id), chosen, request)


def description(path: Path) -> Mapping[str, Any]:
    """Return the description in a JSON or YAML file: bare, or under `deployment`."""
    from loaders.contract import CardError  # noqa: PLC0415
    from loaders.reading.trees import parse  # noqa: PLC0415

    try:
        tree = parse(path.read_bytes())
    except CardError as error:
        fail(f"{path}: {error.problems[0].sentence()}")
    if not isinstance(tree, Mapping):
        fail(f"{path} holds no description: it needs characteristics by dimension.")
    if "evalgap" in tree:
        fail(f"{path} is a file of records: import it, then name its deployment by its id.")
    inner = tree.get("deployment", tree)
    return inner if isinstance(inner, Mapping) else tree


def _say_fit(rows: Sequence[Mapping[str, Any]], deployment: str) -> None:
    """Show the findings of one benchmark, and under them the sources that each rests on."""
    columns = (
        "dimension", "assumed", "assumed_basis", "deployed", "verdict", "how", "rule",
        "derived_verdict", "parts",
    )  # fmt: skip
    title = f"{rows[0]['benchmark']} ({_rank(rows[0])}) for: {deployment}" if rows else deployment
    out.print(_table(rows, columns, title))
    for row in rows:
        out.print(f"{row['dimension']}: {_cell(row['sources'])}", markup=False, highlight=False)


def _rank(row: Mapping[str, Any]) -> str:
    if row["rank"] is None:
        return "not ranked: it answers too little"
    return f"rank {row['rank']}, between {row['best_rank']} and {row['worst_rank']}"


def _overview(found: Mapping[str, Any]) -> Table:
    """Return a row per benchmark: its counts, and its verdict on each dimension."""
    total, shown = found["total"], len(found["benchmarks"])
    of = f" of {', '.join(found['domains'])}" if found["domains"] else ""
    counted = f"{plural(total, 'benchmark', 'benchmarks')}{of}, {shown} shown"
    table = Table(
        title=f"{found['deployment']['title']}: {counted}",
        caption=_below(found),
        title_justify="left",
        caption_justify="left",
    )
    for name in ("rank", "can be", "benchmark", *found["relevant"]):
        table.add_column(name, overflow="fold")
    for item in found["benchmarks"]:
        signs = (_sign(f) for f in item["findings"])
        ends = f"{item['best_rank']} to {item['worst_rank']}"
        table.add_row(str(item["rank"]), ends, item["benchmark"], *signs)
    return table


def _below(found: Mapping[str, Any]) -> str:
    """Return what stands under the list: what is left out, the order, and the marks."""
    left = f"{found['left_out']} of other domains are left out; --domain all has them. "
    return (
        f"{left if found['left_out'] else ''}"
        f"{len(found['unranked'])} more answer too little to be ranked. "
        "Most held first, then most held in part; unknown and disputed count as not held. "
        f"* by an assessor, all others by rule. {found['note']}"
    )


def _sign(found: Mapping[str, Any]) -> str:
    """Return a verdict in short; a star marks one that an assessor asserted."""
    return _SIGNS[found["verdict"]] + (" *" if found["how"] == "asserted" else "")


def risk(
    deployment: Annotated[str, typer.Argument(help="Id of a deployment.")],
    benchmark: Annotated[str, typer.Argument(help="Id of a benchmark.")],
    dimensions: Dimensions = None,
    store: StoreOption = None,
    form: Report = "text",
) -> None:
    """Show what was measured elsewhere for each assumption that is not known to hold here."""
    from loaders.model import CORE_DIMENSIONS  # noqa: PLC0415
    from service.cli.risk_text import risk_lines  # noqa: PLC0415
    from service.evidence import report  # noqa: PLC0415
    from service.evidence import risk as risks  # noqa: PLC0415
    from service.ontology import parameters, scheme_queries  # noqa: PLC0415

    with opened(settings_of(store=store), read_only=True) as engine:
        given = dimensions
        relevant = (
            parameters.dimensions(scheme_queries.schemes(engine), given, "dimensions")
            if given
            else CORE_DIMENSIONS
        )
        found = risks.risk(engine, deployment, benchmark, relevant)
    if form == "json":
        document(report.risk(found))
    elif form == "csv":
        _show(report.evidence_rows([e for _, e in found.evidence]), "", as_csv=True)
    else:
        out.print("\n".join(risk_lines(found)), markup=False, highlight=False)
    then(form, f"plan new ID {deployment} {benchmark} --by id=name")


def evidence(
    dimension: Annotated[str, typer.Argument(help="A dimension, such as interaction-type.")],
    store: StoreOption = None,
    form: Report = "text",
) -> None:
    """Pool the measured gaps of a dimension over studies, where the protocol allows it.

    What fails a criterion is listed with its name and the reason. No synthesis is a valid result.
    """
    from service.bibliography.cited import cited_in  # noqa: PLC0415
    from service.cli.evidence_text import evidence_lines  # noqa: PLC0415
    from service.evidence import synthesis_report  # noqa: PLC0415
    from service.evidence.by_dimension import by_dimension  # noqa: PLC0415

    with opened(settings_of(store=store), read_only=True) as engine:
        found = by_dimension(engine, dimension)
        whole = synthesis_report.syntheses(found.syntheses, found.prediction)
        named = cited_in(engine, whole)
    if form == "json":
        document({**whole, "cited_as": named})
    elif form == "csv":
        _show(synthesis_report.rows(found.syntheses), "", as_csv=True)
    else:
        out.print("\n".join(evidence_lines(found, named)), markup=False, highlight=False)
    then(form, f"list gaps --filter dimension={dimension}")


def coverage(
    dimensions: Annotated[str, typer.Argument(help="Two or three dimensions, with commas.")],
    domain: Domain = None,
    store: StoreOption = None,
    form: Report = "text",
) -> None:
    """Cross benchmarks and deployments by two or three dimensions, and say what is empty.

    Not the coverage table of an import, which counts how many cards answer a question.
    """
    from service.coverage import from_graph as coverage_from_graph  # noqa: PLC0415
    from service.coverage import report as coverage_report  # noqa: PLC0415

    with opened(settings_of(store=store), read_only=True) as engine:
        found = coverage_from_graph.coverage(engine, dimensions, domain)
    if form == "json":
        document(coverage_report.coverage(found))
        return
    _show(coverage_report.cell_rows(found.axes, found.cells), "", as_csv=form == "csv")
    if form == "text":
        for item in found.unmatched:
            out.print(f"{item.deployment}: {item.text}", markup=False, highlight=False)
    then(form, "query uncovered-deployments")


def _show(rows: Sequence[Mapping[str, Any]], title: str, *, as_csv: bool) -> None:
    """Write rows as CSV, or as a table without the columns that are too long for one."""
    from service.common.aliases import KEYS  # noqa: PLC0415
    from service.common.csv_tables import columns, csv_text  # noqa: PLC0415

    if as_csv:
        typer.echo(csv_text(rows), nl=False)
        return
    old = KEYS.values()
    shown = [c for c in columns(rows) if not c.endswith(("title", "sources")) and c not in old]
    out.print(_table(rows, shown, title))


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> Table:
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(c)) for c in columns))
    return table


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
