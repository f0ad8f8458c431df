"""Consumers: what a pack is, and what they say of it."""
