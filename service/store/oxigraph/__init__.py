"""The embedded store: Oxigraph, with processes that run the queries of strangers."""
