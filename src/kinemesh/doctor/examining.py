"""All of it: the machine, the packages, the kernel, the data, the self test."""

from __future__ import annotations

from collections.abc import Callable

from kinemesh.doctor.kernels import kernel_in_use
from kinemesh.doctor.machine import data, machine
from kinemesh.doctor.packages import packages
from kinemesh.doctor.report import Examination, Finding, without_paths
from kinemesh.doctor.selftest import self_test


def examine(progress: Callable[[int, int], None] | None = None) -> Examination:
    """Look at everything that a report of a fault needs, in less than ten seconds.

    Args:
        progress: called with (steps of the self test done, steps in all).
    """
    findings = [*machine(), *packages(), kernel_in_use(), *data()]
    try:
        for finding in self_test(progress):
            findings.append(finding)
    except Exception as error:  # what is broken is what is looked for
        found = without_paths(f"ended with {type(error).__name__}: {error}")
        mend = "mend what is broken above; else report it, with all that kinemesh doctor prints"
        findings.append(Finding("self test", "run", "broken", found, mend))
    return Examination(tuple(findings))
