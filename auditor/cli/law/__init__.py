"""Export-control law as dated data: who may receive what, where, under which conditions, and what is due when."""

from auditor.cli.law.command import EXAMPLES, configure

__all__ = ["EXAMPLES", "configure"]
