"""Everything out again, in the form that `readers` take in."""
