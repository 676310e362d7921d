# How the house is built: one language standard, one set of warnings, one way to declare a room, a
# test, a script that tests.
option(TALLYMAN_TESTS "build the tests" OFF)
option(TALLYMAN_BENCH "build the benchmarks" OFF)
option(TALLYMAN_FUZZ "build the fuzz targets" OFF)
option(TALLYMAN_UNITY "compile several files of a room as one: half of the time" ON)
set(TALLYMAN_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize=")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles co_await expressions (it "
    "frees temporaries twice). Use Clang 19: cmake --preset release, or ./run")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(THREADS_PREFER_PTHREAD_FLAG ON)

# Names that a file keeps to itself are therefore its own in the whole room. What another file's
# constant is called says nothing about a local variable, so shadows are looked for without unity.
set(CMAKE_UNITY_BUILD ${TALLYMAN_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are cached only when their time stamps are not compared.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  set(CMAKE_CXX_COMPILE_OPTIONS_IPO -flto=thin)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
add_compile_options(-fno-omit-frame-pointer)
if(TALLYMAN_SANITIZE)
  add_compile_options(-fsanitize=${TALLYMAN_SANITIZE} -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${TALLYMAN_SANITIZE})
endif()

add_library(house_warnings INTERFACE)
target_compile_options(house_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion
  $<$<NOT:$<BOOL:${TALLYMAN_UNITY}>>:-Wshadow>
  -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(house_warnings INTERFACE -Werror)
endif()

# A sanitizer's finding ends the test, with a stack that names lines. Some tests fork, and the child
# goes on with threads of its own; what it inherits it does not touch.
set(races "log_path=${CMAKE_BINARY_DIR}/race")
set(HOUSE_TEST_ENVIRONMENT
  "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:check_initialization_order=1"
  "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/postgres/leaks.txt:print_suppressions=0"
  "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0:${races}"
  "PYTHONDONTWRITEBYTECODE=1")
find_program(SYMBOLIZER NAMES llvm-symbolizer-19 llvm-symbolizer)
if(SYMBOLIZER)
  list(APPEND HOUSE_TEST_ENVIRONMENT "ASAN_SYMBOLIZER_PATH=${SYMBOLIZER}")
endif()

# house_library(ledger SOURCES a.cpp b.cpp USES base): one room, and which rooms and packages it
# sees; PRIVATE_USES are for its .cpp files only. NETWORK: its files include Asio and JSON.
# HEADERS: others that are parsed once for all of them.
function(house_library name)
  cmake_parse_arguments(room "NETWORK" "" "SOURCES;USES;PRIVATE_USES;HEADERS" ${ARGN})
  add_library(${name} STATIC ${room_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${room_USES} PRIVATE house_warnings ${room_PRIVATE_USES})
  if(room_HEADERS)
    target_precompile_headers(${name} PRIVATE ${room_HEADERS})
  elseif(room_NETWORK OR "asio" IN_LIST room_USES)
    target_precompile_headers(${name} REUSE_FROM precompiled_asio)
  else()
    target_precompile_headers(${name} REUSE_FROM precompiled_standard)
  endif()
endfunction()

# house_precompiled(precompiled_gtest USES GTest::gtest HEADERS <gtest/gtest.h>): headers that are
# parsed once for all that include them. It saves one to three seconds for each file (clang 19).
function(house_precompiled name)
  cmake_parse_arguments(pre "" "" "USES;HEADERS" ${ARGN})
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/empty.cpp)
  target_link_libraries(${name} PRIVATE house_warnings ${pre_USES})
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")  # or ccache misses it
  target_precompile_headers(${name} PRIVATE ${pre_HEADERS} <algorithm> <array> <charconv> <chrono>
    <expected> <filesystem> <functional> <map> <memory> <optional> <ranges> <set> <span> <string>
    <string_view> <unordered_map> <utility> <variant> <vector>)
endfunction()

# What ./test needs to build for one suite: a line "NAME TARGET…" in suites.txt.
file(WRITE ${CMAKE_BINARY_DIR}/suites.txt "")
function(house_suite name)
  cmake_parse_arguments(suite "SERIAL" "" "NEEDS;LABELS;ENVIRONMENT" ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "${suite_LABELS}" TIMEOUT 600
    ENVIRONMENT "${HOUSE_TEST_ENVIRONMENT};${suite_ENVIRONMENT}")
  if(suite_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
  list(JOIN suite_NEEDS " " needs)
  file(APPEND ${CMAKE_BINARY_DIR}/suites.txt "${name} ${needs}\n")
endfunction()

# house_test(ledger_test SOURCES … USES …): one test binary a folder, known to ctest under its name.
# NEEDS: other targets that it starts. SERIAL: it measures time, so nothing may run beside it.
# NETWORK: it includes Asio and JSON. APART: its files give the same names to different things, so
# they are not compiled together.
function(house_test name)
  cmake_parse_arguments(test "SERIAL;NETWORK;APART" "" "SOURCES;USES;LABELS;NEEDS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE house_warnings ${test_USES} GTest::gtest GTest::gtest_main)
  if(test_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(test_NETWORK)
    target_precompile_headers(${name} REUSE_FROM precompiled_gtest_asio)
  else()
    target_precompile_headers(${name} REUSE_FROM precompiled_gtest)
  endif()
  add_test(NAME ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMAND ${name} --gtest_brief=1
    --gtest_output=xml:${CMAKE_BINARY_DIR}/test-report/${name}.xml)
  set(more "")
  if(test_SERIAL)
    list(APPEND more SERIAL)
  endif()
  if("tallyman" IN_LIST test_NEEDS)
    list(APPEND more ENVIRONMENT TALLYMAN_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tallyman)
  endif()
  house_suite(${name} ${more} LABELS ${test_LABELS} NEEDS ${name} ${test_NEEDS})
endfunction()

# house_script(cli COMMAND python3 tests/cli/cli_test.py NEEDS tallyman): a suite that is a program
# of its own, started in the top folder. Where `tallyman` is needed TALLYMAN_BIN is its path: the
# binary of this build, or with RELEASE that of the release preset, which ./test builds first.
function(house_script name)
  cmake_parse_arguments(script "SERIAL;RELEASE" "" "COMMAND;LABELS;NEEDS" ${ARGN})
  add_test(NAME ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMAND ${script_COMMAND})
  set(more "")
  if(script_SERIAL)
    list(APPEND more SERIAL)
  endif()
  if(script_RELEASE)
    list(APPEND more ENVIRONMENT TALLYMAN_BIN=${CMAKE_SOURCE_DIR}/build/release/bin/tallyman)
    list(APPEND script_NEEDS release)
  elseif("tallyman" IN_LIST script_NEEDS)
    list(APPEND more ENVIRONMENT TALLYMAN_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tallyman)
  endif()
  house_suite(${name} ${more} LABELS ${script_LABELS} NEEDS ${script_NEEDS})
endfunction()
