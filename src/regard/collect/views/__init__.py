"""Pages of imports: hand in files, say what their columns are, see what would happen, load, mend what was refused."""
