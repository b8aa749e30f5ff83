"""Animals: their meshes, how bones move them, and how fast they go."""
