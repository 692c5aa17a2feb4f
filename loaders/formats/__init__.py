"""One module for each format of cards; `loaders.registry` lists them."""
