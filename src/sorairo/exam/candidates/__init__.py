"""Whoever answers questions: the model, true clips, baselines, clips of others, wrong clips."""
