"""The recall room: signals, the board, and one page for each recall."""
