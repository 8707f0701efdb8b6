"""Everything that comes in: archives, wires and saved pages, mapped to the newsroom's objects."""
