"""Printers as they are reached: bytes out, answers in; nothing here knows a row."""
