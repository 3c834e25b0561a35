"""What cases are made of beside numbers: images, networks, and what a step says of itself."""
