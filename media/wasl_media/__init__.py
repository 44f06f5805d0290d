"""The media relay: RTP forwarded as bytes between the people of a call. It knows no record and no queue."""
