"""Many clips and variants at once: worker processes, a manifest, a data-set card."""

from kinemesh.batch.card import card
from kinemesh.batch.clip_variants import ClipVariants
from kinemesh.batch.line import FAILED, KEPT, REJECTED, SKIPPED, UNSURE, Record
from kinemesh.batch.rate import Rate
from kinemesh.batch.running import Batch, batch
from kinemesh.batch.sources import Source, read_sources

__all__ = [
    "FAILED",
    "KEPT",
    "REJECTED",
    "SKIPPED",
    "UNSURE",
    "Batch",
    "ClipVariants",
    "Rate",
    "Record",
    "Source",
    "batch",
    "card",
    "read_sources",
]
