"""SPARQL over HTTP: the query and update protocol and the Graph Store protocol."""
