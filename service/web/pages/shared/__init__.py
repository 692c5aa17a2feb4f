"""What the pages show: from the graph and the analysis to plain values that templates print."""

__all__ = [
    "assumption_strip",
    "dimension_parts",
    "fall",
    "glyphs",
    "links",
    "numbers",
    "plot",
    "tables",
    "waterfall",
]
