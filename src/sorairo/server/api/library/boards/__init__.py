"""Storyboards of requests: their cards, with pictures and clips."""
