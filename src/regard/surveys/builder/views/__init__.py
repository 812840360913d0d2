"""Pages of the builder, by what they are about."""
