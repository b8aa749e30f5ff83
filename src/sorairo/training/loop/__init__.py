"""The training loop and its state. Knows no particular network."""
