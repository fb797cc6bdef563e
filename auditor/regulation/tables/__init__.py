"""The law tables: read, checked, looked up for a day; and beside them the figures of public accelerators."""
