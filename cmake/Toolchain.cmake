# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

option(INTELLICLINIX_FUZZ "Build the fuzz targets (needs clang)" OFF)
set(INTELLICLINIX_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")

# Asserts stay on in every build that tests run, the release build among them, so NDEBUG is never set.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

# Contraction to fused multiply-add would make results depend on the CPU that a kernel was chosen for.
add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror -ffp-contract=off -fvisibility=hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these inside libstdc++ at -O2.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer)
endif()
add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
add_link_options(-Wl,-z,relro,-z,now)

if(INTELLICLINIX_SANITIZE)
  add_compile_options(-fsanitize=${INTELLICLINIX_SANITIZE} -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
  add_link_options(-fsanitize=${INTELLICLINIX_SANITIZE})
  if(INTELLICLINIX_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
