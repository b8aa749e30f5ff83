"""OpenAI's Videos API: an HTTP server that writes jobs to a queue, and workers that run them.

The server process never imports torch; only `worker` does. The package may import everything but
`sorairo.cli`.
"""
