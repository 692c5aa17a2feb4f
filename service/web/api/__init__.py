"""The JSON API under `/api/v1`, and what stands beside it for programs."""
