"""Pages of sending, by what they are about."""
