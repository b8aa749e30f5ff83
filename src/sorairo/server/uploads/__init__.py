"""Uploaded files: the media store, file type detection, and decoding in a sandboxed process.

It may import `video` and `errors`, but neither `server.api` nor `server.worker`, and no torch.
"""
