"""What the pages show: from the graph and the analysis to plain values that templates print."""

__all__ = [
    "assumption_strip",
    "deployment_choices",
    "dimension_parts",
    "fall",
    "gap_plot",
    "glyphs",
    "links",
    "listing",
    "numbers",
    "picture",
    "plot",
    "structured",
    "tables",
    "waterfall",
]
