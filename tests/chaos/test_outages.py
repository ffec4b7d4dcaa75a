"""A part of `tools/chaos --outage 60`."""
import outage_run
import pytest

from stores import stores_of_this_build

OUTAGE_S = 10


@pytest.mark.parametrize('store', stores_of_this_build(), ids=lambda store: store.name)
def test_jobs_wait_for_a_store_that_is_down_and_go_on(store, tmp_path):
    outage_run.run(store(tmp_path), tmp_path, OUTAGE_S)
