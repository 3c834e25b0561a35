"""Right answers as other tools and habits make them: each keeps its points, or says why not."""
