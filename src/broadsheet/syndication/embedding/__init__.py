"""A story on other people's pages: the oEmbed provider, and the card that it names."""
