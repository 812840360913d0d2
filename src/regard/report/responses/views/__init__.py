"""The pages of a survey's results: read the address, ask one verb, show."""
