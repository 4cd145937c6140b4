"""The one way anything is sent: letters, in an outbox of the same transaction."""
