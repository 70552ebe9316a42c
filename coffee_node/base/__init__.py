"""Floor 0: what every other floor stands on and that knows none of them."""
