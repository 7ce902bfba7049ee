"""A GeoReport v2 server with mySociety's updates, strict where real ones are and odd where they are, for tests."""
