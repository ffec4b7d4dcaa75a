"""What the crash tests share: their folder, and the client of the black-box tests."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'e2e'))
