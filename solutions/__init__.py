"""Reference answers, one module per notebook, and the catalogue of mistakes. Numpy only; never shipped to students."""
