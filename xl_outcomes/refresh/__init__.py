"""New figures in drafts that authors have edited, and nothing of theirs lost (docs/refresh.md)."""

from xl_outcomes.refresh.draft import finish, refresh, refresh_file

__all__ = ["finish", "refresh", "refresh_file"]
