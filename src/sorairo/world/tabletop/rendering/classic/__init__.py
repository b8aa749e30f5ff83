"""MuJoCo's classic OpenGL renderer, which drew the clips that the shipped model was trained on."""
