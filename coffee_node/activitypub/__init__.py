"""The ActivityPub protocol itself: no web framework, no database."""
