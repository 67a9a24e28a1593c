"""The eye: finds and measures cracks in a photo. Knows nothing of the web, the database or the queue."""

__version__ = "0.1.0"
