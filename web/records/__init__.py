"""The records (台账): a screen and files for every list."""
