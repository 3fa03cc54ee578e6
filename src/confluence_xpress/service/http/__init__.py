"""HTTP as the service speaks it: connections, what comes in, and limits to all of it."""
