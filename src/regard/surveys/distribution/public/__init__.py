"""Pages for those who are written to: leave with one click, choose what to get."""
