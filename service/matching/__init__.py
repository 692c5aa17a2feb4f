"""Which records of different sources are about the same benchmark."""
