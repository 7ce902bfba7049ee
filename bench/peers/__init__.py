"""Huiyin beside other bots on one dialogue, in one run: bench/peers.md says what was measured and how."""
