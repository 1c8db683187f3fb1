"""From a mail that comes to what becomes of it: a request, an answer, or a mail that is held with its cause.

Whatever door it comes by, `receiving.receive()` keeps it before anything else, has it read in a process of its own
(`inbox.mail.reading`), and lets `deciding` choose; what a person decides about held mail is in `held`.
"""
