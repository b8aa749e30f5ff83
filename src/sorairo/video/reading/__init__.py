"""Reads pictures and films as upright sRGB frames at a constant rate.

`reader` chooses between `image_reader` (Pillow) and `video_reader` (FFmpeg, by PyAV). Imports
nothing of `video` but `Footage` and `Sound`.
"""
