"""A council's year, played through: simulated data owners send returns, some late, some wrong."""
