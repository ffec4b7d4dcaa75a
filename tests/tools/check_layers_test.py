#!/usr/bin/env python3
"""Shows that tools/check_layers.py finds each kind of breach, on small source trees made for it."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parents[2] / 'tools' / 'check_layers.py'


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write('src/base/CMakeLists.txt', 'intelliclinix_module(base LIBS Threads::Threads)')
        self.write('src/records/CMakeLists.txt', 'intelliclinix_module(records DEPENDS base)')
        self.write('src/store/CMakeLists.txt', 'intelliclinix_module(store DEPENDS records base PRIVATE_LIBS sqlite)')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def check(self):
        done = subprocess.run([sys.executable, CHECK, self.root], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, '')
        return done

    def assert_breach(self, *words):
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)
        for word in words:
            self.assertIn(word, done.stdout)

    def test_downward_includes_pass(self):
        self.write('src/store/store.h', '#include <vector>\n#include "base/result.h"\n#include "records/user.h"\n')
        self.write('src/store/sqlite/rows.cpp', '#include <sqlite3.h>\n#include "store/store.h"\n')
        self.assertEqual(self.check().returncode, 0)

    def test_upward_include_fails(self):
        self.write('src/records/user.cpp', '#include "base/json.h"\n#include "store/store.h"\n')
        self.assert_breach('src/records/user.cpp:2:', 'goes up')

    def test_include_without_depends_fails(self):
        self.write('src/store/CMakeLists.txt', 'intelliclinix_module(store DEPENDS base)')
        self.write('src/store/store.h', '#include "records/user.h"\n')
        self.assert_breach('src/store/store.h:1:', 'DEPENDS')

    def test_upward_depends_fails(self):
        self.write('src/records/CMakeLists.txt', 'intelliclinix_module(records\n  DEPENDS store base)')
        self.assert_breach('src/records/CMakeLists.txt', 'must not depend on store')

    def test_foreign_library_outside_its_folder_fails(self):
        self.write('src/store/memory/rows.cpp', '  #  include <sqlite3.h>\n')
        self.assert_breach('src/store/memory/rows.cpp:1:', 'src/store/sqlite')

    def test_include_that_is_no_path_from_src_fails(self):
        self.write('src/store/rows.cpp', '#include "rows.h"\n')
        self.assert_breach('src/store/rows.cpp:1:')

    def test_unknown_folder_fails(self):
        self.write('src/helpers/text.h', '')
        self.assert_breach('src/helpers', 'does not know')


if __name__ == '__main__':
    unittest.main()
