"""A ping log of one's own, labelled by the trained models."""
