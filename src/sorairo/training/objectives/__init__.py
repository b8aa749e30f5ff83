"""The training objective of each kind of network: its loss, and the batches it draws."""
