"""How much memory a request takes, where, and what fits instead. No torch, except in `check`."""
