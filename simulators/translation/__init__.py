"""A LibreTranslate and an OpenAI-compatible chat server on loopback, by the contracts that were measured."""
