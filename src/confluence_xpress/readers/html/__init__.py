"""What the storage reader and the view reader share: the conversion of HTML elements."""
