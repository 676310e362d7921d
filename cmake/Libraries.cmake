# The packages, all of Debian 12. Heavy ones are compiled once here and linked.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(TAGLIB REQUIRED IMPORTED_TARGET taglib)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

# Asio once, in a .cpp of its own, instead of in every file that includes it.
add_library(asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(asio PUBLIC Boost::headers Threads::Threads)
add_library(asio_ssl STATIC ${CMAKE_SOURCE_DIR}/cmake/asio_ssl.cpp)
target_link_libraries(asio_ssl PUBLIC asio OpenSSL::SSL)
set(asio_headers <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp>
  <boost/asio/redirect_error.hpp> <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)
set(text_headers <fmt/format.h> <boost/json/array.hpp> <boost/json/object.hpp>
  <boost/json/parse.hpp> <boost/json/serialize.hpp> <boost/json/value.hpp>)
house_precompiled(precompiled_standard)
house_precompiled(precompiled_asio USES asio fmt::fmt Boost::json
  HEADERS ${asio_headers} ${text_headers})

if(TALLYMAN_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  house_precompiled(precompiled_gtest USES GTest::gtest HEADERS <gtest/gtest.h>)
  house_precompiled(precompiled_gtest_asio USES GTest::gtest asio fmt::fmt Boost::json
    HEADERS <gtest/gtest.h> ${asio_headers} ${text_headers})
endif()
if(TALLYMAN_BENCH)
  find_package(benchmark REQUIRED)
endif()
