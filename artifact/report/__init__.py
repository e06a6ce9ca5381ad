"""The page and its figures, made from results.json and the first run's series alone."""
