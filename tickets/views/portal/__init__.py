"""What customers see of tickets: home, the form, their tickets, their files."""
