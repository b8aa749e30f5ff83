"""What stands on a stage: the meshes of panes, cloths, tanks, and the traces that things leave."""
