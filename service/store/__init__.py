"""Where the graph is kept: one port, and the engines behind it."""
