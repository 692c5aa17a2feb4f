"""Named SPARQL queries, and answers that are kept until the graph changes."""
