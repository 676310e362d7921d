// CHECK stops the program when something impossible is seen. It stays on in release: leases and
// one-transaction decisions make a stop safe, and a stop is better than a wrong bill.
#pragma once

namespace base {

[[noreturn]] void check_failed(char const* what, char const* file, int line);

}  // namespace base

#define CHECK(condition)                                          \
    do {                                                          \
        if (!(condition)) [[unlikely]] {                          \
            ::base::check_failed(#condition, __FILE__, __LINE__); \
        }                                                         \
    } while (false)
