"""Fair use: whether a message only presses, when a request may be asked about, and where a customer stands."""
