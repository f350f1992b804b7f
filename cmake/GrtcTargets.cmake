# How gRTC's targets are made: one static library a source folder, the same warnings everywhere.

option(GRTC_TESTS "Build the unit tests" ON)
option(GRTC_UNITY "Compile several files at once: quicker as a whole, slower for one" OFF)
option(GRTC_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(GRTC_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(GRTC_CCACHE ccache)
if(GRTC_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GRTC_CCACHE})
endif()

# x86-64-v2 (2009 and later) is what simdjson's own dispatch also takes as its floor.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=x86-64-v2)
endif()
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Werror -fno-omit-frame-pointer
                    -D_FORTIFY_SOURCE=$<IF:$<CONFIG:Debug>,0,2> -fstack-protector-strong)
if(GRTC_SANITIZE)
  add_compile_options(-fsanitize=${GRTC_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GRTC_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 takes a sanitizer's own branches for paths on which a variant is not set. The other builds keep the warning.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

include_directories(${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})

# Asio and Beast without their header-only bulk in every file: src/net/asio_impl.cpp holds the bodies.
add_library(grtc_asio INTERFACE)
target_compile_definitions(grtc_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(grtc_asio INTERFACE Boost::headers Threads::Threads)

# Half of what a file takes to compile is its headers: here several files share that. Not where a single one is changed
# and compiled again, nor where each has to have the headers it needs (presets debug and clang).
function(grtc_unify target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${GRTC_UNITY} UNITY_BUILD_BATCH_SIZE 6)
endfunction()

function(grtc_resolve out)
  set(resolved)
  foreach(dep IN LISTS ARGN)
    if(dep STREQUAL "spdlog::spdlog" AND GRTC_SANITIZE MATCHES "thread")
      # Compiled here, so that ThreadSanitizer sees the locks of its queue.
      list(APPEND resolved spdlog::spdlog_header_only)
    elseif(dep MATCHES "::")
      list(APPEND resolved ${dep})
    else()
      string(REPLACE "/" "_" name ${dep})
      list(APPEND resolved grtc_${name})
    endif()
  endforeach()
  set(${out} ${resolved} PARENT_SCOPE)
endfunction()

# grtc_library(folder DEPS ...): all of src/<folder>/*.cpp as grtc_<folder>.
function(grtc_library folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  grtc_resolve(deps ${ARG_DEPS})
  if(sources)
    add_library(grtc_${name} STATIC ${sources})
    grtc_unify(grtc_${name})
    target_link_libraries(grtc_${name} PUBLIC ${deps})
  else()
    add_library(grtc_${name} INTERFACE)
    target_link_libraries(grtc_${name} INTERFACE ${deps})
  endif()
endfunction()

# grtc_text(folder from to): the text file src/<folder>/<from>, @VARIABLES@ filled in, as the string literal that
# `#include "<folder>/<to>"` gives to the sources of grtc_<folder>.
function(grtc_text folder from to)
  set(source ${CMAKE_SOURCE_DIR}/src/${folder}/${from})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} raw)
  string(CONFIGURE "${raw}" GRTC_TEXT @ONLY)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/text.inc.in ${CMAKE_BINARY_DIR}/generated/${folder}/${to} @ONLY)
  target_include_directories(grtc_${folder} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()

function(grtc_program name folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  grtc_resolve(deps ${ARG_DEPS})
  add_executable(${name} ${sources})
  grtc_unify(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${deps})
endfunction()

function(grtc_unit_tests folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  grtc_resolve(deps ${ARG_DEPS})
  if(sources)
    add_executable(grtc_unit ${sources})
    grtc_unify(grtc_unit)
    target_include_directories(grtc_unit PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(grtc_unit PRIVATE ${deps} GTest::gmock GTest::gtest_main)
    add_test(NAME unit COMMAND grtc_unit WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# One libFuzzer program a file: tests/fuzz/x.cpp is build/fuzz/fuzz_x, its seeds tests/fuzz/corpus/x/.
function(grtc_fuzz_targets folder)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  grtc_resolve(deps ${ARG_DEPS})
  foreach(source IN LISTS sources)
    get_filename_component(stem ${source} NAME_WE)
    add_executable(fuzz_${stem} ${source})
    target_compile_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${stem} PRIVATE ${deps})
  endforeach()
endfunction()
