"""Training data: sources, encoding, masks, and batches of tokens or pixels."""
