"""What leaves the origin: which variant of a story, what a preview holds, and the headers that say so."""
