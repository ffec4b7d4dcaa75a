#include "app/machine.h"

#include <gtest/gtest.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

TEST(MachineTest, TellsThisMachinesFacts) {
  EXPECT_FALSE(ReadCpu().features.empty());
  const MemoryFacts memory = ReadMemory();
  EXPECT_GT(memory.available, 0U);
  EXPECT_LE(memory.available, memory.total);
  const OpenFileLimits files = ReadOpenFileLimits();
  EXPECT_GT(files.now, 0U);
  EXPECT_LE(files.now, files.permitted);
}

TEST(MachineTest, AFolderThatIsNotThereYetCountsAsTheOneAboveIt) {
  const TemporaryFolder folder;
  const auto free = FreeBytes(folder / "not/there/yet");
  ASSERT_TRUE(free) << free.error().message;
  EXPECT_GT(*free, 0U);
  EXPECT_TRUE(CanWriteTo(folder / "not/there/yet"));
  EXPECT_FALSE(CanWriteTo(folder.Write("file", "") + "/none"));
}

}  // namespace
}  // namespace intelliclinix::app
