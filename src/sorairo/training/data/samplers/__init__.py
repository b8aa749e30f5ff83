"""Random training examples: one function for each kind of canvas that a task may ask for."""
