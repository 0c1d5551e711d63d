"""The same requests put to Prefect's own server and to Martlet, and what differs in the answers."""
