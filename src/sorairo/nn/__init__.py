"""Parts of networks: attention, rotary positions, norms, convolutions that are causal in time."""
