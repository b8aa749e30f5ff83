"""Models: the protocols by which the engine knows them (`protocols`), the shipped family behind
them (`tabletop` and its networks), and model directories (`hub`, `loading`). May import `nn` and
`flow`; no generation."""
