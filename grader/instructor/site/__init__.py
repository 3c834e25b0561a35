"""The course as one static folder: the book, and the lab in the browser."""
