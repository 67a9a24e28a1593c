"""What leaves the record as files. Each export takes a queryset and yields bytes."""
