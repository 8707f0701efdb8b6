"""Every standard way out: what leaves the paper for machines, each in the words of its own standard."""
