"""The kinds of networks that are trained: for each a recipe and the task it prepares, see
`sorairo.training.recipe`."""
