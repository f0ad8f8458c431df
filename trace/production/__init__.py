"""What was made of what, when, on which line, and with which codes."""
