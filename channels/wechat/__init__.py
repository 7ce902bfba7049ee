"""WeChat: official accounts and the mini-program's messages. README.md holds the platform's facts."""
