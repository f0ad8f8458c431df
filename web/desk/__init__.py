"""Complaints, and who answers them."""
