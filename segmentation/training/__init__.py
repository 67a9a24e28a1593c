"""Training a network on photos with masks, and scoring one: data → augmentation → loop → evaluate."""
