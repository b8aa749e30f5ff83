"""The learned upscaler: network, files, and the way from native frames to a size and a rate."""
