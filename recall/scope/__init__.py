"""Which units are affected, why, and where they are (domain.md §4)."""
