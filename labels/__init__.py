"""From values to printed labels."""
