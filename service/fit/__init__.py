"""How well a benchmark fits a deployment: claims compared by rules, with what-if."""
