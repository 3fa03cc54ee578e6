"""Who may call: Forge apps, holders of keys, holders of certificates."""
