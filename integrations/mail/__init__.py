"""Ways for a message to leave: a mail server, or the built-in mailbox."""
