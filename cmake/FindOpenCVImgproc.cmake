# OpenCV's core and imgproc. Debian keeps OpenCVConfig.cmake in libopencv-dev, which pulls in all of OpenCV; the two
# small packages that we need have no CMake file of their own.
find_path(OpenCVImgproc_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4)
find_library(OpenCVImgproc_CORE_LIBRARY opencv_core)
find_library(OpenCVImgproc_IMGPROC_LIBRARY opencv_imgproc)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVImgproc REQUIRED_VARS
  OpenCVImgproc_INCLUDE_DIR OpenCVImgproc_CORE_LIBRARY OpenCVImgproc_IMGPROC_LIBRARY)
if(OpenCVImgproc_FOUND AND NOT TARGET OpenCV::imgproc)
  add_library(OpenCV::imgproc INTERFACE IMPORTED)
  target_include_directories(OpenCV::imgproc SYSTEM INTERFACE ${OpenCVImgproc_INCLUDE_DIR})
  target_link_libraries(OpenCV::imgproc INTERFACE ${OpenCVImgproc_IMGPROC_LIBRARY} ${OpenCVImgproc_CORE_LIBRARY})
endif()
