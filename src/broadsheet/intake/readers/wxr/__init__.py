"""WordPress eXtended RSS: whole WordPress sites as WordPress itself exports them."""
