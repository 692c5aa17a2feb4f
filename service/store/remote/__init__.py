"""A store behind the SPARQL protocol, of whatever make."""
