"""Telegram channels, by a bot that is an administrator there."""
