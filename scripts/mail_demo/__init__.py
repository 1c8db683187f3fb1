"""`make mail-demo`: mail in and out over real sockets of this machine, told step by step."""
