// Owns what a C library made, given the function that frees it.
#pragma once

namespace base {

template <auto free>
struct FreeBy {
    template <typename T>
    void operator()(T* thing) const {
        free(thing);
    }
};

}  // namespace base
