"""General computations that a query cannot say well, by the name content calls them."""

from __future__ import annotations

from auditor.procedures.lone_occupancy import lone_occupancy
from auditor.procedures.raw import Procedure

PROCEDURES: dict[str, Procedure] = {"lone-occupancy": lone_occupancy}
