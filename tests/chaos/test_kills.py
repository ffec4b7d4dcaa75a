"""A part of `tools/chaos --kills 500`, as much as there is time for in every run of the tests."""
import secrets

import pytest

import crash_run
from stores import STORES

SECONDS = 30  # two minutes with both stores and what is checked in the end


@pytest.mark.parametrize('make_store', STORES.values(), ids=lambda store: store.name)
def test_nothing_acknowledged_is_lost(make_store, tmp_path):
    plan = crash_run.Plan(kills=500, seed=secrets.randbits(32), seconds=SECONDS)
    outcome = crash_run.run(plan, make_store(tmp_path), tmp_path)
    print(outcome.report())
    assert not outcome.wrong, f'{outcome.report()}\n{plan.how_to_repeat(make_store.name)}\nThe logs are in {tmp_path}'
    assert outcome.tally['completed'] > 0
