"""Stories shared to the paper's own accounts elsewhere: on publishing, at a time, or by hand."""
