"""Report: a workspace as people ask it, and its answers as tables, exports and pages.

``open_workspace(path)`` gives the :class:`Workspace` that ``regard.open()`` returns.
"""

from regard.report.results import Figures, Refused, Result, Rows, estimate_cells
from regard.report.tables import aligned, csv_text, html_table, safe_cell
from regard.report.workspace import Workspace, open_workspace

__all__ = [
    "Figures",
    "Refused",
    "Result",
    "Rows",
    "Workspace",
    "aligned",
    "csv_text",
    "estimate_cells",
    "html_table",
    "open_workspace",
    "safe_cell",
]
