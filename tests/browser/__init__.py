"""The pages in a real browser, against the service as people run it."""
