"""What is done to decoded frames: removing the flicker of the codec, and enlarging them."""
