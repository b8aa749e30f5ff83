"""Drawing scenes at random and running them forward. Imports scene, camera and bindings."""
