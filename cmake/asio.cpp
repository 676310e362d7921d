// Asio's own code, compiled once: see Libraries.cmake.
#include <boost/asio/impl/src.hpp>
