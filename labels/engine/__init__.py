"""Draws labels from values and reads codes back from pictures; never sees a row."""
