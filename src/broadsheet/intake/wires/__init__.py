"""The wires: sources that are watched, the inbox that they fill, and drafts that are made of it."""
