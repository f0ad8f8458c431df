"""The operator at a printing line."""
