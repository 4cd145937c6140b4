"""What was used and what it costs: months by scale, the calculator, what-if, why such an amount."""
