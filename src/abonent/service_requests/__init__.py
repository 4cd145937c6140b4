"""What customers ask of the utility: requests, their forms, states, messages and files."""
