"""Playing a world: sessions, the meter of drift, recordings, a gymnasium environment.

It may import generation, models and worlds; the server and the command line are above it. Only
`networks` loads torch.
"""
