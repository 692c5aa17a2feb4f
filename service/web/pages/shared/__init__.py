"""What the pages show: from the graph and the analysis to plain values that templates print."""

__all__ = [
    "deployment_choices",
    "dimension_parts",
    "fall",
    "frames",
    "gap_plot",
    "glyphs",
    "heat",
    "links",
    "listing",
    "numbers",
    "paging",
    "picture",
    "plot",
    "plotted",
    "saved",
    "structured",
    "tables",
    "thing_lists",
    "titles",
    "waterfall",
]
