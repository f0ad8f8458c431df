"""Names of things: item sets, GS1 keys, item codes."""
