"""The paper's settings and the process entry points; nothing here knows what a story is."""
