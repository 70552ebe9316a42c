"""Floor 4: the rooms of the house, one folder a feature, each plugged in by the same hooks as a plugin."""
