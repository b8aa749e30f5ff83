"""Making sets of clips: rendered and encoded, shard by shard, in several processes."""
