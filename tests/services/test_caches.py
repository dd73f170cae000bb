"""How large the caches are, as the system writes it, and how much is gone through to empty them."""

import os

import numpy as np
import pytest

from osfi_gui.services.caches import Sweep, largest_cache, sweep_bytes

MIB = 2**20


def test_the_largest_cache_is_read_from_what_linux_lists(tmp_path):
    for index, size in enumerate(("32K", "32K", "1024K", "36M")):
        (tmp_path / f"index{index}").mkdir()
        (tmp_path / f"index{index}" / "size").write_text(f"{size}\n")
    assert largest_cache(tmp_path) == 36 * MIB
    (tmp_path / "index3" / "size").write_text("unknown")
    assert largest_cache(tmp_path) == MIB


def test_without_a_list_the_c_library_is_asked(tmp_path, monkeypatch):
    said = {"SC_PAGE_SIZE": 4096, "SC_LEVEL1_DCACHE_SIZE": 48 * 1024, "SC_LEVEL3_CACHE_SIZE": 8 * MIB}
    monkeypatch.setattr(os, "sysconf_names", said, raising=False)
    monkeypatch.setattr(os, "sysconf", said.__getitem__, raising=False)
    assert largest_cache(tmp_path) == 8 * MIB
    monkeypatch.setattr(os, "sysconf_names", {"SC_PAGE_SIZE": 30})
    assert largest_cache(tmp_path) is None


@pytest.mark.parametrize(("cache", "swept"), [(None, 64), (8, 64), (36, 72), (320, 640), (1200, 1024)])
def test_twice_the_cache_is_gone_through_64_mib_at_least_and_a_gib_at_most(cache, swept):
    assert sweep_bytes(None if cache is None else cache * MIB) == swept * MIB


def test_all_of_it_is_read_and_written():
    sweep = Sweep(4096)
    assert sweep.size == 4096
    sweep()
    sweep()
    np.testing.assert_array_equal(sweep._memory, np.full(1024, 2.0, np.float32))
