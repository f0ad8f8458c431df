"""Machines meet the house here: REST under ``/api/v1``."""
