"""The worker process: claims jobs, runs the engine and stores the clips. It may import torch, but
not `server.api`."""
