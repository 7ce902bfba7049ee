"""The outside world on loopback: real servers that play a platform, for tests and for `make run`.

They import nothing of ours but the clock and have their own cryptography, so that an adapter and its simulator can only
agree where both read the platform's description alike. They are not part of the production image.
"""
