"""Words for Crafter, in English and Chinese. Loads no simulator."""
