"""HTTP with a site: which calls there are, who asks, what to try again, how fast, and what went wrong."""
