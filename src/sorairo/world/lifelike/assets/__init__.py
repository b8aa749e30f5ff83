"""What the lifelike world is made of: files of packages, fetched once into the cache."""
