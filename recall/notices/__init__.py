"""Notices of a recall: content, linter, signatures, channels and deliveries."""
