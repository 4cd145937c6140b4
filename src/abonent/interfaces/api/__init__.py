"""The door for machines: banks that call, gateways that tell."""
