"""The warehouse: goods in and out, cases and pallets, counts and spare stock."""
