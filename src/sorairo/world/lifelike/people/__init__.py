"""People: their bodies, clothes and motions."""
