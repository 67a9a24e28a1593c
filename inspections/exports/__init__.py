"""What leaves the house: each export takes rows and yields bytes, piece by piece, so that memory stays small."""
