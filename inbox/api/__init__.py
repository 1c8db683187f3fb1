"""Mail over REST."""
