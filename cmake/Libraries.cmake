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
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

# Asio once, in a .cpp of its own, instead of in every file that includes it.
add_library(asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(asio PUBLIC Boost::headers Threads::Threads)
add_library(asio_ssl STATIC ${CMAKE_SOURCE_DIR}/cmake/asio_ssl.cpp)
target_link_libraries(asio_ssl PUBLIC asio OpenSSL::SSL)
house_precompiled(precompiled_asio USES asio HEADERS <boost/asio/awaitable.hpp>
  <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp>)

if(TALLYMAN_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  house_precompiled(precompiled_gtest USES GTest::gtest HEADERS <gtest/gtest.h>)
endif()
if(TALLYMAN_BENCH)
  find_package(benchmark REQUIRED)
endif()
