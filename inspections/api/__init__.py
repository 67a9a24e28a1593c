"""The JSON door, /api/v1/: shape in, words out; every write is a service."""
