"""From bytes to plain values: archives, encodings, JSON, YAML, CSV, RDF."""
