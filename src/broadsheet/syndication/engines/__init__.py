"""What search engines and other crawlers are given: site maps, rules and licence terms, share pictures, notice of changes."""
