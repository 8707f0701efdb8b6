"""The paper, its sections and its authors as actors of the fediverse: followed there, answered there, delivered there."""
