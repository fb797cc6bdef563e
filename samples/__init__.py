"""Sample facilities and the simulator that makes them."""
