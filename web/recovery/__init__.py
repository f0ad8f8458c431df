"""Getting a recall back: consignees, the ledger, and how well it reached people."""
