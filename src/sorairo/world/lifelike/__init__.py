"""The lifelike world: people, named things, and cause and effect, in real places' light."""
