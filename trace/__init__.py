"""What was made, how it is identified and where it is."""
