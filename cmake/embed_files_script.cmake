# Run at build time by EmbedFiles.cmake: OUT/files.txt names what of ROOT is embedded.

file(READ ${OUT}/files.txt files)
file(MAKE_DIRECTORY ${OUT}/encoded)

# Sets `size` and appends the bytes of `path` to the assembler's text under `symbol`.
macro(add_bytes symbol path)
  file(SIZE ${path} size)
  string(APPEND assembler "  .balign 16\n  .globl ${symbol}\n${symbol}:\n  .incbin \"${path}\"\n")
  string(APPEND externs "extern const char ${symbol}[];\n")
endmacro()

# Sets `view` to the C++ expression for `path` run through the encoder, or to {} where that saves nothing. Encoded files
# are kept by the hash of what they hold: an unchanged file is encoded once.
function(encode symbol path hash suffix)
  set(view "{}" PARENT_SCOPE)
  set(encoded ${OUT}/encoded/${hash}.${suffix})
  if(NOT EXISTS ${encoded})
    execute_process(COMMAND ${ARGN} INPUT_FILE ${path} OUTPUT_FILE ${encoded}.part COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME ${encoded}.part ${encoded})
  endif()
  file(SIZE ${path} plain_size)
  file(SIZE ${encoded} encoded_size)
  if(encoded_size LESS plain_size)
    add_bytes(${symbol} ${encoded})
    set(assembler "${assembler}" PARENT_SCOPE)
    set(externs "${externs}" PARENT_SCOPE)
    set(view "{${symbol}, ${size}}" PARENT_SCOPE)
  endif()
endfunction()

# Makes OUT/page: app/index.html as few requests (docs/adr/0006-page-as-one-script.md). Its files, named as below web/, are
# appended to `files`; they stand before those of the same name in ROOT.
function(bundle_page)
  set(page ${OUT}/page/app)
  execute_process(
    COMMAND ${ESBUILD} ${ROOT}/app/main.js ${ROOT}/grtc-client/files/file-worker.js --bundle --format=esm --minify
            --target=es2022 --charset=utf8 --legal-comments=none --log-level=warning --entry-names=[name] --outdir=${page}
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${ROOT}/app/style.css ${ROOT}/app/stage.css
                  COMMAND ${ESBUILD} --loader=css --minify --charset=utf8 OUTPUT_FILE ${page}/style.css COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${ROOT}/app/index.html html)
  string(REGEX REPLACE "  <link rel=\"modulepreload\"[^\n]*\n" "" html "${html}")
  string(REPLACE "  <link rel=\"stylesheet\" href=\"/static/app/stage.css\">\n" "" html "${html}")
  set(made app/file-worker.js)
  foreach(name IN ITEMS main.js style.css)
    file(SHA256 ${page}/${name} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    string(REGEX REPLACE "[.]" ".${hash}." hashed ${name})  # the server calls such a name immutable
    file(RENAME ${page}/${name} ${page}/${hashed})
    string(REPLACE "\"/static/app/${name}\"" "\"/static/app/${hashed}\"" html "${html}")
    list(APPEND made app/${hashed})
  endforeach()
  file(WRITE ${page}/index.html "${html}")
  list(APPEND files ${made})
  list(SORT files)
  set(files "${files}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${OUT}/page)
if(ESBUILD)
  bundle_page()
endif()
set(assembler "  .section .rodata\n")
set(externs "")
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  set(path ${OUT}/page/${file})
  if(NOT EXISTS ${path})
    set(path ${ROOT}/${file})
  endif()
  file(SHA256 ${path} hash)
  set(symbol grtc_embedded_${count})
  add_bytes(${symbol} ${path})
  string(SUBSTRING ${hash} 0 20 short_hash)
  string(APPEND rows "    {\"${file}\", \"${short_hash}\", {${symbol}, ${size}}, ")
  encode(${symbol}_gz ${path} ${hash} gz ${GZIP} -9nc)
  string(APPEND rows "${view}, ")
  set(view "{}")
  if(BROTLI)
    encode(${symbol}_br ${path} ${hash} br ${BROTLI} -q 11 -c)
  endif()
  string(APPEND rows "${view}},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND assembler "  .section .note.GNU-stack,\"\",%progbits\n")

file(WRITE ${OUT}/embedded_files.S "${assembler}")
file(WRITE ${OUT}/embedded_files.cpp "// Made by cmake/embed_files_script.cmake.
#include \"http/embedded_files.hpp\"

#include <array>

extern \"C\" {
${externs}}

namespace grtc::http {
namespace {
constexpr std::array<EmbeddedFile, ${count}> kFiles{{
${rows}}};
}  // namespace

std::span<const EmbeddedFile> embedded_files() noexcept { return kFiles; }

}  // namespace grtc::http
")
