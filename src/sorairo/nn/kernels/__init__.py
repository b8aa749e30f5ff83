"""Faster kernels of GPUs, used where they are there. May import torch, and no other room."""
