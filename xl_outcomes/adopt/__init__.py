"""A council's own table made into a master: what it holds is guessed with reasons, mapped, and taken over in full."""
