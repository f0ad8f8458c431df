"""Where people and machines meet Lotmark."""
