"""The customer's own pages drawn from a draft of the office, before it is published."""
