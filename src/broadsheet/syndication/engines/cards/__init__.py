"""Share cards: the picture by which other sites show a story, with its headline set on it."""
