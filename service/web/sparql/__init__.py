"""SPARQL over HTTP: the query and update protocol and the Graph Store protocol."""

__all__ = ["endpoint", "graph_store", "lanes", "protocol", "request"]
