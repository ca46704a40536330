"""Returns: what is due, reading what came, checking it, settling the queries."""
