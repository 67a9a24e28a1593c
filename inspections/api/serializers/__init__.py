"""What goes in and out of the JSON door, by subject."""
