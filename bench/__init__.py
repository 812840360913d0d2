"""Measurements: ours against the hand-written limit, both in one run. ``make bench`` writes the figures down."""
