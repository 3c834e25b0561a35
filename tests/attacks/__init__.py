"""What a hostile student hands in: entries as data, each with the reason why it must fail."""
