"""The receipt of a month, its paper, and the subscription to it."""
