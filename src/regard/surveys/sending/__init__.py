"""The pages by which surveys reach people: links and codes, programmes and their progress, the attention budget."""
