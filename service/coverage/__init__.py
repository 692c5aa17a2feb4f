"""Cross tables of what benchmarks assume against a domain or another dimension."""
