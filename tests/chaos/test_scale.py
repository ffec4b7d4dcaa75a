"""A part of `tools/chaos --scale`, which has 10,000 images."""
import scale_run
from stores import SqliteStore

IMAGES = 120


def test_all_workers_are_busy_to_the_end_of_a_large_inference(tmp_path):
    outcome = scale_run.run(SqliteStore(tmp_path), tmp_path, IMAGES)
    print(outcome.report())
    assert not outcome.wrong, outcome.report()
    # How equal the shares are is measured by tools/chaos, on a machine that does nothing else.
    assert min(outcome.by_worker) > 0, outcome.report()
