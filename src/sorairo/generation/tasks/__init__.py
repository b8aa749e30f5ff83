"""Tasks: from a request and its given clips to the layout of a canvas; related tasks share a file.
May import `requests`, `prompts`, `video`, the worlds' registry and one another; no engine, no
torch."""
