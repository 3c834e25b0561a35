"""Right answers in many styles: what honest students hand in (the demo class reads them)."""
