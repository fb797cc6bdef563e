"""Export-control law as dated data, and the questions computed over it. Pure: no clock, no files, no floats."""
