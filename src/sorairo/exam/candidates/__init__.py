"""Candidates, which answer questions: the model, true clips, baselines, clips of other models,
negative controls."""
