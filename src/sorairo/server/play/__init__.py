"""Sessions of play on the server: who plays, and the process of each session. It imports neither
torch nor the HTTP API."""
