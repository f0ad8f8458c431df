"""The recall case: its states, its two persons, its deadlines and its scope."""
