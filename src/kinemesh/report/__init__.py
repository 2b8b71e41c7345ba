"""A report of motions as one web page, complete in itself, and motions to play in a notebook."""

from kinemesh.report.entries import Entry, entry
from kinemesh.report.inline import Inline, show
from kinemesh.report.page import MOST, check_page, report

__all__ = ["MOST", "Entry", "Inline", "check_page", "entry", "report", "show"]
