"""What others would use for the same job, each a small program that needs its own packages and none of ours."""
