"""Sites, lines, partners, places, articles and lots: what all else refers to."""
