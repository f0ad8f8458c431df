"""Settings and what staff of the house need to look at the house itself."""
