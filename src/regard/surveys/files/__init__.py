"""Files that respondents sent along, for members who may see single rows."""
