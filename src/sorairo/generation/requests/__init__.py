"""Requests: one frozen dataclass for each command, checked before anything is loaded; related ones
share a file. May import `prompts`, `settings`, `video`, the worlds' registry and one another; no
task, no engine, no torch."""
