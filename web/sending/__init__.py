"""Sending notices: the channels that were set up, and the courier that uses them."""
