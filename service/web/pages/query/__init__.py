"""The page of this name: named questions and SPARQL."""
