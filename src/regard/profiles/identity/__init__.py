"""The page of identity rules: what they say, what others would change, and keeping those."""
