"""Trade formats and partners: ninjs and NewsML-G2, for whoever asks and for whom the paper supplies."""
