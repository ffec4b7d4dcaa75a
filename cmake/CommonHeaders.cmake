# intelliclinix_common_headers(TARGET OWNER)
#
# Lets TARGET read the headers that most files include from a precompiled form. OWNER is `common_headers` for libraries
# and `common_test_headers` for tests. It halves a build with clang that does not optimise; g++ gains a fifth, for which
# it would hide a missing include, so the release build goes without.
option(INTELLICLINIX_COMMON_HEADERS "Precompile the headers that most files include" OFF)

function(intelliclinix_common_headers target owner)
  # The numeric modules are compiled with options of their own, for which the precompiled form is not valid.
  if(INTELLICLINIX_COMMON_HEADERS AND NOT target MATCHES "(image|nn|cellpose)")
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

if(INTELLICLINIX_COMMON_HEADERS)
  set(common_headers <algorithm> <chrono> <filesystem> <functional> <map> <memory> <mutex> <optional> <string> <thread>
    <vector> <nlohmann/json.hpp>)
  file(WRITE ${CMAKE_BINARY_DIR}/common_headers.cpp "")
  add_library(common_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers.cpp)
  target_link_libraries(common_headers PRIVATE nlohmann_json::nlohmann_json Threads::Threads)
  target_precompile_headers(common_headers PRIVATE ${common_headers})

  add_library(common_test_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers.cpp)
  target_link_libraries(common_test_headers PRIVATE nlohmann_json::nlohmann_json Threads::Threads GTest::gmock)
  target_precompile_headers(common_test_headers PRIVATE ${common_headers} <gmock/gmock.h> <gtest/gtest.h>)
  # As executables are compiled.
  set_target_properties(common_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(common_test_headers PRIVATE -fPIE)
endif()
