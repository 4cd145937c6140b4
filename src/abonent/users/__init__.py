"""People: sign-up and sign-in, sessions, consents, staff membership, the audit trail."""
