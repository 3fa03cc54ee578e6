"""Sources: how content that lies somewhere becomes page metadata and answers to needs."""
