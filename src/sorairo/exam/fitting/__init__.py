"""Programs that fit the classifiers of `perception` to renders. Nothing imports them."""
