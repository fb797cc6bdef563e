"""Which authorization fits a party and its plan, condition by condition."""
