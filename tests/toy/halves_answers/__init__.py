"""Reference answers of the toy course."""
