# intelliclinix_common_headers(TARGET)
#
# Lets the library TARGET read the headers that most files include from a precompiled form. For clang-tidy, which reads
# every file by itself; the builds compile several files at a time instead, and `dev` neither, so that a missing include
# is seen.
option(INTELLICLINIX_COMMON_HEADERS "Precompile the headers that most files include" OFF)

function(intelliclinix_common_headers target)
  # The numeric modules are compiled with options of their own, for which the precompiled form is not valid.
  if(INTELLICLINIX_COMMON_HEADERS AND NOT target MATCHES "(image|nn|cellpose)")
    target_precompile_headers(${target} REUSE_FROM common_headers)
  endif()
endfunction()

if(INTELLICLINIX_COMMON_HEADERS)
  file(WRITE ${CMAKE_BINARY_DIR}/common_headers.cpp "")
  add_library(common_headers OBJECT ${CMAKE_BINARY_DIR}/common_headers.cpp)
  target_link_libraries(common_headers PRIVATE nlohmann_json::nlohmann_json Threads::Threads)
  target_precompile_headers(common_headers PRIVATE <algorithm> <chrono> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <string> <thread> <vector> <nlohmann/json.hpp>)
endif()
