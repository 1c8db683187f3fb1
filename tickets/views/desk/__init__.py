"""What staff see of tickets: home, lists, a ticket, people, settings."""
