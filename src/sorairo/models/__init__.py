"""Models: the protocols through which the engine uses them (`protocols`), the shipped family
(`tabletop` and its networks), and model directories (`hub`, `loading`). May import `nn` and `flow`;
no generation."""
