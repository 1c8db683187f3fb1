"""Pages of the knowledge base: for readers, and for those who write."""
