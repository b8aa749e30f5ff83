"""LoRA: small files that change a model (Hu et al., arXiv 2106.09685). What is in a file (`files`),
where its keys belong in a network (`targets`), and merging and taking back (`merging`). Knows no
family of models: a model that takes LoRAs names its networks as targets."""
