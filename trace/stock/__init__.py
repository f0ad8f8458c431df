"""Where every unit of a lot is: a double-entry ledger that says what it knows."""
