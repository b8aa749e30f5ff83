"""Tasks: from a request and its given clips to the layout of a canvas. May import `requests` and
`prompts`; no engine, no torch."""
