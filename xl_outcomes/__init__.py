"""Outcomes frameworks for councils: returns checked, ratings rolled up, reports written."""

__version__ = "0.1.0"
