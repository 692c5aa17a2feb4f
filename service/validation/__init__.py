"""The gate: every changed record is validated against the SHACL shapes before it is stored."""
