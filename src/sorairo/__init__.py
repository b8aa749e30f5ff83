"""sorairo: an open Sora that you own."""
