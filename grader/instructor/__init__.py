"""What an instructor runs; needs the course repository, which holds the solutions."""
