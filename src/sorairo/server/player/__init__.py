"""The page of play at `/play`, and the same page as a static folder. No torch."""
