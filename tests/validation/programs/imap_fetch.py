"""Fetches the first n messages of a mailbox by IMAP, one after the other."""
import imaplib
import sys

host, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with imaplib.IMAP4(host, port) as box:
    box.login("v", "p")
    box.select("INBOX", readonly=True)
    for i in range(1, n + 1):
        status, parts = box.fetch(str(i), "(RFC822)")
        assert status == "OK" and len(parts[0][1]) > 1000
