"""Published against reproduced: verdicts that can say no, and what each is worth (paper_tables/claims.toml)."""
