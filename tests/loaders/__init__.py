"""One file of tests per format, on small files that show one quirk each, and on real ones."""
