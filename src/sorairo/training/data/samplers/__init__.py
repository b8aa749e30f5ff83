"""Random training examples: one function for each kind of canvas that tasks use."""
