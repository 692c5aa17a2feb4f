"""The ontology and its concept schemes: dimensions, values, labels, mappings."""
