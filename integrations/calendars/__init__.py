"""Ways for a plan to reach a calendar."""
