// Asio's TLS, compiled once: see Libraries.cmake.
#include <boost/asio/ssl/impl/src.hpp>
