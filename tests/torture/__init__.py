"""Processes that are killed over a store, what they have to do meanwhile, and the verdict on what is left."""
