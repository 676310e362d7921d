// What a coroutine of the program's own is started with: if it ends with an exception, that goes on
// to whoever runs the event loop, and the program stops loudly instead of going on without it.
#pragma once

#include <exception>

namespace base {

inline void rethrow(std::exception_ptr const& error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

}  // namespace base
