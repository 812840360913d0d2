"""Pages of what arrives live: sources, the live view, the quarantine. Django's half; the science is beside it."""
