"""Pixels of films (`frame_pixels`) and pictures (`picture_pixels`) as sRGB of eight bits."""
