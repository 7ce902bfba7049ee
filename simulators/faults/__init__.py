"""A TCP fault proxy: real connections to a real server that lag, break, hang or lose an answer when we say so."""
