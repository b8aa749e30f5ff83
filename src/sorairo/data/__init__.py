"""Training data: clips rendered once into shards, latents encoded once, batches drawn
from (seed, step)."""
