"""Requests: one frozen dataclass for each command, checked before anything is loaded. May import
`prompts`, `settings` and the worlds' registry; no task, no engine, no torch."""
