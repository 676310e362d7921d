// Whatever a client sends over a connection, known or unknown to us: each request is answered, no
// answer is a fault of ours, and the books of the store are right afterwards.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/face_world.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::FaceWorld world;
    world.talk({reinterpret_cast<char const*>(data), size});
    world.audit();
    return 0;
}
