"""The rendering service: an HTTP skin over the core. It keeps nothing and connects to nothing."""
