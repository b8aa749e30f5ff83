"""Downloads that are made when they are asked for: other forms of a clip, and exports."""
