# cmake -DSOURCE=... -DOUTPUT=... -DVERSION=... -DCOMPILER=... [-DCOMMIT=...] -P WriteThisBuild.cmake
#
# Fills this_build.cpp.in in; the file is only written anew where it would change, so that nothing else is built again.
if(NOT COMMIT)
  # Without optional locks, or a commit that is made meanwhile would find the index locked.
  execute_process(COMMAND git --no-optional-locks describe --always --dirty --abbrev=40 --exclude=*
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT COMMIT MATCHES "^[0-9A-Za-z._-]+$")
  set(COMMIT unknown)
endif()
configure_file(${SOURCE}/src/app/this_build.cpp.in ${OUTPUT} @ONLY)
