"""The pages of a workspace: its overview, and each metric from every side. Read the address, ask one verb, show."""
