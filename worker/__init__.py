"""The hand: the only place where the record and the eye meet."""
