"""What the demo pages share: how a page is served and kept up to date, and how its program starts and ends."""
