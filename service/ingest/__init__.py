"""Documents and updates on their way into the store: identified, versioned, checked."""
