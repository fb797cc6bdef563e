"""What each system of the facility exports, raw: one module for each domain."""
