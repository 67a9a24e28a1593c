"""The verbs: the only code that writes. Keyword arguments, whole words, one transaction each."""
