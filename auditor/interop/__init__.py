"""Other people's formats, at the border only."""
