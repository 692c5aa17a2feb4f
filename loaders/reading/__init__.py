"""From bytes to plain values: archives, encodings, JSON, YAML, CSV, RDF."""

__all__ = [
    "bundle",
    "cleaning",
    "content",
    "csv_rows",
    "depth",
    "encoding",
    "files",
    "identifiers",
    "json_ld",
    "json_lines",
    "links",
    "no_card",
    "rdf_text",
    "source_fields",
    "spool",
    "trees",
    "unknown",
    "workbook",
    "yaml12",
]
