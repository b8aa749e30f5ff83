"""What each kind of network learns: its loss, and the batches it draws."""
