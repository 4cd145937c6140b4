"""One room for each gateway; they are strangers to each other (payments/gateway.py is what they speak)."""
