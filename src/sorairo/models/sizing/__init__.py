"""What a model takes before it is loaded: FLOP, memory on the device and on the host, and time by a
measured speed. No torch, except in `speed` and `placement`."""
