"""The benchmark of the eye, and beside it what the whole worker needs: from a stored photo to stored findings."""
