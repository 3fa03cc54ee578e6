"""Confluence over the network: Cloud and Data Center, read with the rights of the token's owner."""
