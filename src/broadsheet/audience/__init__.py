"""How much is read: counts that edges send, kept by day. Nothing about a person."""
