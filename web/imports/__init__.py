"""Importing files in the browser: sending, watching, and what became of it."""
