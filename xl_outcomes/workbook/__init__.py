"""Workbooks as files: bounded reading, creation, and lossless updates."""
