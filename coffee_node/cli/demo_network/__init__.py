"""The first network as a demo: the seven places, what they publish, and the processes that carry them."""
