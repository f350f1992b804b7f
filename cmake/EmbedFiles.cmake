# The web app goes into the binary: its bytes by the assembler's .incbin (a compiler would take seconds for them as an
# array), once as they are and once for each encoding that makes them smaller. src/http/embedded_files.hpp is the way in.
# The page itself also as one script and one style sheet (docs/adr/0006-page-as-one-script.md).

find_program(GRTC_GZIP gzip REQUIRED)
find_program(GRTC_BROTLI brotli)
if(NOT GRTC_BROTLI)
  message(STATUS "brotli is not installed: the web app is embedded without br encodings")
endif()
find_program(GRTC_ESBUILD esbuild)
if(NOT GRTC_ESBUILD)
  message(STATUS "esbuild is not installed: the page is embedded as it is, and loads by many requests")
endif()

# grtc_embed_web(target): all of web/app and web/grtc-client as part of `target`.
function(grtc_embed_web target)
  set(root ${CMAKE_SOURCE_DIR}/web)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/app/* ${root}/grtc-client/*)
  list(FILTER files EXCLUDE REGEX "(^|/)(\\.|node_modules/|package(-lock)?\\.json$|tsconfig\\.json$)|\\.md$")
  list(SORT files)
  set(out ${CMAKE_BINARY_DIR}/embedded)
  list(TRANSFORM files PREPEND ${root}/ OUTPUT_VARIABLE paths)
  # The list itself is an input: a file that was taken away changes no other's time.
  file(CONFIGURE OUTPUT ${out}/files.txt CONTENT "${files}" @ONLY)
  add_custom_command(
    OUTPUT ${out}/embedded_files.S ${out}/embedded_files.cpp
    COMMAND ${CMAKE_COMMAND} -D ROOT=${root} -D OUT=${out} -D GZIP=${GRTC_GZIP} -D BROTLI=${GRTC_BROTLI} -D ESBUILD=${GRTC_ESBUILD}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake
    DEPENDS ${paths} ${out}/files.txt ${CMAKE_SOURCE_DIR}/cmake/embed_files_script.cmake
    COMMENT "Embedding the web app"
    VERBATIM)
  # By itself, so that the linter can read the sources beside it before there is a page.
  set_source_files_properties(${out}/embedded_files.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${out}/embedded_files.S ${out}/embedded_files.cpp)
endfunction()
