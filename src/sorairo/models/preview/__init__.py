"""Previews: a linear map from latents to small pictures, fitted once to each codec. Imports the
protocols and no model."""
