"""The discriminative network of sections 3.3 and 3.4, trained by Snorkel or many at once."""
