"""Is this more than chance? What may make a recall necessary, and when we knew."""
