"""Django's PostgreSQL backend, which tells every transaction whose tenant it is."""
