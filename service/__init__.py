"""The running program: settings, database, wiring, mails, jobs, worker, web."""
