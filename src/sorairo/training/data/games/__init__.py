"""Training data of the playable world: games, pictures and windows of them."""
