"""What happens: the motion of people and things in each event."""
