"""Surveys for programs: make, change, check and publish them, and read what people answered."""
