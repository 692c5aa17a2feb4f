"""What the page of coverage shows: a cross-tab as a table of squares, and who lies in one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.common.problems import BadParameter, OnPage
from service.coverage import from_graph as coverage_from_graph
from service.coverage.crosstab import CrosstabCell, UnmatchedDeployment
from service.coverage.from_graph import DOMAIN
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims, DeploymentClaims
from service.ontology import dimensions, scheme_queries
from service.ontology.dimensions import CodeInWords
from service.ontology.old_codes import current
from service.ontology.plain_names import plain, with_term
from service.ontology.schemes import Scheme
from service.store.port import Engine
from service.web.pages.shared.heat import HeatPicture, HeatSquare, shade

ROWS, COLUMNS = "interaction-type", "decision-mediation"
"""The dimensions that are crossed where none is chosen."""


@dataclass(frozen=True)
class GridCell:
    """A combination with its shade: 0 for no benchmark, `SHADES` for the most."""

    cell: CrosstabCell
    shade: int

    @property
    def name(self) -> str:
        """The combination as a parameter."""
        return ",".join(self.cell.combination)


@dataclass(frozen=True)
class CellContents:
    """Who lies in one square: (id, title) of benchmarks, deployments and unanswered benchmarks.

    `derived` are the ids of the benchmarks that only a derived value places there.
    """

    combination: tuple[CodeInWords, ...]
    derived: frozenset[str]
    benchmarks: tuple[tuple[str, str], ...]
    deployments: tuple[tuple[str, str], ...]
    unanswered: tuple[tuple[str, str], ...]
    empty: str | None


@dataclass(frozen=True)
class Grid:
    """A cross-tab of two dimensions: the axes, a line of squares a row, and what is needed.

    `stages` says in words how many deployments are at which stage.
    """

    axes: tuple[Scheme, Scheme]
    domain: str | None
    benchmarks: int
    deployments: int
    stages: str
    columns: tuple[CodeInWords, ...]
    rows: tuple[tuple[CodeInWords, tuple[GridCell, ...]], ...]
    unmatched: tuple[UnmatchedDeployment, ...]
    inside: CellContents | None = None

    @property
    def names(self) -> tuple[str, str]:
        """What the axes are called, down and across."""
        down, across = self.axes
        return plain(down.dimension, down.label), plain(across.dimension, across.label)


def choices(engine: Engine) -> Mapping[str, str]:
    """Return the label of everything that can be an axis."""
    known = {d.name: with_term(d.name, d.label) for d in dimensions.dimensions(engine).values()}
    return {**known, DOMAIN: scheme_queries.domain_scheme(engine).label}


def grid(
    engine: Engine, names: tuple[str, str], domain: str | None = None, cell: str | None = None
) -> Grid:
    """Return the cross-tab of two dimensions, and who lies in the requested cell.

    Raises `BadParameter` for names that are not two known ones, and for a cell that there is not.
    """
    _check(names)
    found = coverage_from_graph.coverage(engine, ",".join(names), domain)
    squares = _squares(found.cells)
    down, across = (
        tuple(t for t in dimensions.terms(axis) if t.code in {codes[place] for codes in squares})
        for place, axis in enumerate(found.axes)
    )
    return Grid(
        (found.axes[0], found.axes[1]),
        found.domain,
        found.benchmarks,
        found.deployments,
        ", ".join(f"{n} {stage.replace('-', ' ')}" for stage, n in found.stages.items()),
        across,
        tuple((row, tuple(squares[row.code, column.code] for column in across)) for row in down),
        found.unmatched,
        _inside(engine, squares, (down, across), _current(found.axes, cell)) if cell else None,
    )


def picture_of(found: Grid) -> HeatPicture:
    """Return a cross-tab as a picture and a table of benchmarks."""
    down, across = found.names
    return HeatPicture(
        f"Benchmarks by {down.lower()} and {across.lower()}"
        f"{f', {found.domain}' if found.domain else ''}",
        f"{down} by {across}",
        [term.label for term in found.columns],
        [
            (
                row.label,
                [
                    HeatSquare(EMPTY.get(c.cell.empty or "", str(len(c.cell.benchmarks))), c.shade)
                    for c in cells
                ],
            )
            for row, cells in found.rows
        ],
        f"{found.benchmarks} benchmarks; one with several values counts in each.",
    )


EMPTY = {
    "no-benchmark": "no benchmark",
    "not-stated": "not stated",
    "value-never-used": "never used",
}
"""The three kinds of empty squares in words."""


def _check(names: tuple[str, str]) -> None:
    for parameter, name in zip(("rows", "columns"), names, strict=True):
        if "," in name:
            raise BadParameter(
                f"{parameter} names one dimension, so that with the other there are two different "
                f"ones, not {name!r}.",
                on_page=OnPage(
                    "Rows and columns are one assumption each, two different ones.",
                    beside=parameter,
                    heading="A table has two assumptions",
                ),
                parameter=parameter,
                value=name,
            )


def _squares(cells: Sequence[CrosstabCell]) -> Mapping[tuple[str, ...], GridCell]:
    most = max((len(c.benchmarks) for c in cells), default=0)
    return {c.combination: GridCell(c, shade(len(c.benchmarks), most)) for c in cells}


def _current(axes: Sequence[Scheme], cell: str) -> str:
    """Return the name of a cell with the successor of an old code in its place, if it has one."""
    codes = cell.split(",")
    new = [current(axis.dimension, [c]) for axis, c in zip(axes, codes, strict=False)]
    known = all(len(n) == 1 for n in new) and len(codes) == len(axes)
    return ",".join(n[0] for n in new) if known else cell


def _inside(
    engine: Engine,
    squares: Mapping[tuple[str, ...], GridCell],
    axes: tuple[Sequence[CodeInWords], Sequence[CodeInWords]],
    name: str,
) -> CellContents:
    codes = tuple(name.split(","))
    if codes not in squares:
        raise BadParameter(
            f"cell: there is no cell {name!r}. It is a value of the rows and one of the columns, "
            f"joined by a comma, such as {next(iter(squares.values())).name}.",
            on_page=OnPage(
                f"No square of this table is called {name!r}.",
                beside="cell",
                heading="There is no such square",
            ),
            parameter="cell",
            value=name,
        )
    found = squares[codes].cell
    terms = (t for axis, code in zip(axes, codes, strict=True) for t in axis if t.code == code)
    known = from_graph.benchmarks(engine)
    return CellContents(
        tuple(terms),
        frozenset(found.derived),
        _titled(known, found.benchmarks),
        _titled(from_graph.deployments(engine), found.deployments),
        _titled(known, found.unanswered),
        found.empty,
    )


def _titled(
    known: Iterable[BenchmarkClaims | DeploymentClaims], names: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    titles = {of.id: of.title for of in known}
    return tuple((name, titles.get(name) or name) for name in names)
