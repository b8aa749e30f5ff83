"""Quality of networks on held-out clips, beside the truth and simple filters."""
