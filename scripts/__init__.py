"""What `make` calls before and around Django: environment, embedded servers, database, demo, translations."""
