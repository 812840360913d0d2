"""The builder: the list of surveys, drafts and their parts, translations, the check, versions, themes."""
