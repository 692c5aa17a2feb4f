"""Descriptions of resources and of the graph: HTML-ready views, VoID, DCAT, dumps."""
