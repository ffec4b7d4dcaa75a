"""What the tests over HTTP and of the command line share."""
import pathlib
import sys

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1]))

from black_box import ROOT, binary, environment, examples, server, start_server  # noqa: E402, F401
