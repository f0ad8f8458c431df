"""Getting goods back: what consignees answer, zones, dispositions, and the balance."""
