"""From results to what a report says: facts, charts and the names that templates use."""
