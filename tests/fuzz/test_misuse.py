"""A thousand wrong calls: each is taken, or refused in words that name the argument."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from misuse import calls, misuse, wrong


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory):
    return calls(tmp_path_factory.mktemp("files"))


@pytest.mark.slow
def test_the_calls_themselves_are_valid(known, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for call in known:
        assert call.function(**call.arguments) is not None, call.name


@pytest.mark.slow
def test_a_thousand_wrong_calls_are_taken_or_refused_in_words(
    known, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    found = []
    for k in range(1000):
        call = known[k % len(known)]
        found.append(wrong(call, *misuse(call, rng)))
    bad = [text for text in found if text is not None]
    assert not bad, "\n".join(bad)
