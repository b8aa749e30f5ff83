"""Scenes drawn by Filament, in the light of real places."""
