"""The pages of people: search, one profile with its timeline, merging and taking it back, accounts."""
