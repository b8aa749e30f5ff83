"""How a scene is filmed: shots, cameras, the light and the weather of places, and transitions."""
