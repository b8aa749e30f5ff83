"""Frames, masks and depth of rollouts, and styles laid over frames. Imports dynamics."""
