"""A report of motions as one web page, complete in itself."""

from kinemesh.report.entries import Entry, entry
from kinemesh.report.page import MOST, check_page, report

__all__ = ["MOST", "Entry", "check_page", "entry", "report"]
