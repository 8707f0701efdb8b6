"""The public API: read only, versioned in its address, the same documents as every other way out."""
