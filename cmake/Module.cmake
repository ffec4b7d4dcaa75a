# intelliclinix_module(NAME [DEPENDS module...] [LIBS target...] [PRIVATE_LIBS target...])
#
# Declares the module of the folder it is called in. File suffixes tell what becomes what:
#   *.cpp         the static library intelliclinix_NAME
#   *_test.cpp    NAME_test, one ctest entry per GoogleTest case (label "unit")
#   *_bench.cpp   NAME_bench, Google Benchmark
#   *_fuzz.cpp    one libFuzzer executable a file, when INTELLICLINIX_FUZZ is on
# DEPENDS may name only modules below this one; tools/check_layers.py holds the includes to it.
include(GoogleTest)

# intelliclinix_discover_tests(TARGET PREFIX): one ctest entry, and so one process, per case (label "unit"). Where they have
# sanitizers, with which a process takes longer to start than most cases take, also four processes that share the cases
# (label "shards").
function(intelliclinix_discover_tests target prefix)
  # TBB, which OpenVINO runs on, loads libraries in a way that AddressSanitizer refuses, unless it is told of it.
  set(environment TBB_ENABLE_SANITIZERS=1)
  gtest_discover_tests(${target} TEST_PREFIX "${prefix}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT ${environment})
  if(INTELLICLINIX_SANITIZE)
    foreach(shard RANGE 3)
      add_test(NAME ${prefix}.shard_${shard} COMMAND ${target})
      set_tests_properties(${prefix}.shard_${shard} PROPERTIES LABELS shards TIMEOUT 900
        ENVIRONMENT "${environment};GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${shard}")
    endforeach()
  endif()
endfunction()

# intelliclinix_unoptimised(TARGET): for tests, and for what only drives others. Optimising it would take longer than it
# saves.
function(intelliclinix_unoptimised target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0> $<$<CONFIG:Release>:-U_FORTIFY_SOURCE>)
endfunction()

# intelliclinix_counts_allocations(TARGET): gives a module's tests base/allocation_count_test.h.
function(intelliclinix_counts_allocations target)
  set(counter ${CMAKE_SOURCE_DIR}/src/base/allocation_count_test.cpp)
  target_sources(${target} PRIVATE ${counter})
  # It replaces operator new, which the compiler must not see beside other tests.
  set_source_files_properties(${counter} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(intelliclinix_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBS;PRIVATE_LIBS" ${ARGN})
  set(target intelliclinix_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests EXCLUDE REGEX "/allocation_count_test\\.cpp$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  set(fuzzers ${sources})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main)\\.cpp$")
  set(depends ${arg_DEPENDS})
  list(TRANSFORM depends PREPEND intelliclinix_)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} PUBLIC ${depends} ${arg_LIBS} PRIVATE ${arg_PRIVATE_LIBS})
    # The fuzz preset does not optimise, which takes a third off its build; these compute too much for that.
    if(INTELLICLINIX_FUZZ AND name MATCHES "^(image|nn|cellpose)$")
      target_compile_options(${target} PRIVATE -O1)
    endif()
    # What libFuzzer finds its way by; costs time in modules that it has no way into.
    if(INTELLICLINIX_FUZZ AND fuzzers)
      target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${target} INTERFACE ${depends} ${arg_LIBS} ${arg_PRIVATE_LIBS})
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${target} ${arg_PRIVATE_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE INTELLICLINIX_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    if(NOT name MATCHES "^(image|nn|cellpose|unet)$")  # they compute too much for that
      intelliclinix_unoptimised(${name}_test)
    endif()
    intelliclinix_discover_tests(${name}_test ${name})
  endif()
  if(benches)
    add_executable(${name}_bench EXCLUDE_FROM_ALL ${benches})
    target_link_libraries(${name}_bench PRIVATE ${target} ${arg_PRIVATE_LIBS} benchmark::benchmark_main)
    target_compile_definitions(${name}_bench PRIVATE INTELLICLINIX_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endif()
  if(INTELLICLINIX_FUZZ)
    foreach(file ${fuzzers})
      get_filename_component(fuzzer ${file} NAME_WE)
      add_executable(${fuzzer} ${file})
      target_link_libraries(${fuzzer} PRIVATE ${target})
      target_compile_options(${fuzzer} PRIVATE -fsanitize=fuzzer-no-link)
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
