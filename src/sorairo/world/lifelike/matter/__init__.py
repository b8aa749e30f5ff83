"""Cause and effect in matter: cloth, water, what breaks, and what is eaten or painted."""
