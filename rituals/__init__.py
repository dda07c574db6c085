"""The domain: couples, rituals, plans, occurrences and what is promised to the outside."""
