"""What the pages show: from the graph and the analysis to plain values that templates print."""
