"""A COFFEE node: one coworking space's seat in a federated network."""

import pluggy

__version__ = "0.1.0"

hookimpl = pluggy.HookimplMarker("coffee_node")

__all__ = ["__version__", "hookimpl"]
