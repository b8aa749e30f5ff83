"""The distillation of a text encoder from multilingual-e5-small: its file, its pieces, the texts to
learn from, and what it makes of them."""
