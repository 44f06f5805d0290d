"""The records: bodies and services, staff, transactions, audit, and the shared database."""
