#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace base {

void check_failed(char const* what, char const* file, int line) {
    std::fprintf(stderr, "tallyman: impossible state, stopping: %s (%s:%d)\n", what, file, line);
    std::abort();
}

}  // namespace base
