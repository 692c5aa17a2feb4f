"""Where the graph is kept: one port, and the engines behind it."""

__all__ = [
    "exchange",
    "faults",
    "maintenance",
    "nquads",
    "open",
    "oxigraph",
    "port",
    "query",
    "rdf_input",
    "results",
    "sparql_tokens",
    "statements",
    "syntax_check",
    "terms",
]
