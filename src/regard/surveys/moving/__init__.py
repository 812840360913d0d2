"""Move in: surveys and answers of other tools, with a list of what does not come over and a proof of what does."""
