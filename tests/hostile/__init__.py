"""Hostile inputs: raw bytes against a real node, one test per row of the table in README.md."""
