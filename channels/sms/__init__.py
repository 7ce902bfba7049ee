"""SMS 短信: text messages over Kannel, a carrier's SMPP link or a provider's webhook. See README.md."""
