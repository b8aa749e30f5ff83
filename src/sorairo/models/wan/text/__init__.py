"""The text encoder of Wan, umT5."""
