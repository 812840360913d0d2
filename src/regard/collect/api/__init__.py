"""Collecting for programs: interactions one by one, files as imports, loads and the rows they refused."""
