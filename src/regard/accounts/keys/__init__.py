"""Keys: how programs come in. A key belongs to one workspace and may do only what its scopes say."""
