"""The values of the rendering service's API, for both of its ends: requests as JSON, typeset parts as bytes."""
