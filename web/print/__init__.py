"""Papers: records become documents of plain values, and these become PDF pages."""
