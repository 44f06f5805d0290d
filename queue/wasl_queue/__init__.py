"""Lines, tickets, agents' presence, offers, matching and estimates. The way in is `wasl_queue.queue.Queue`.

Everything is a plain function over one database transaction; `now` is always passed in, as seconds since
the Unix epoch. Nothing here commits, waits or knows of a connection to a page.
"""
