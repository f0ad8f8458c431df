"""Codes handed out to print houses, and what became of them."""
