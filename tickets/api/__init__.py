"""Tickets over REST, with the rights of the token's person."""
