"""A part of `tools/chaos --outage 60`."""
import outage_run
import pytest

from stores import STORES

OUTAGE_S = 6  # longer than the retries of a single write


@pytest.mark.parametrize('store', STORES.values(), ids=lambda store: store.name)
def test_jobs_wait_for_a_store_that_is_down_and_go_on(store, tmp_path):
    outage_run.run(store(tmp_path), tmp_path, OUTAGE_S)
