"""The pass: issued by one space, honoured by all that signed an agreement, checked without a network."""

from __future__ import annotations
