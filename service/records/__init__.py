"""Records of the graph by kind, their exports, and rules over their values."""
