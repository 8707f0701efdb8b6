"""The English grammar of offices, names and organisations: no list of given names, only how offices are written."""
