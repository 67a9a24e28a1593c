"""How numbers, icons and the frame are written in templates."""
