"""The checks behind the architecture and the documentation tests: plain functions over sources."""
