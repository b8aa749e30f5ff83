"""How people look: bodies with skin, hair and clothes."""
