// The same with TagLib. What this finds may be a fault of TagLib, which is why it is never asked in
// the worker's own process.
#include "fuzz/media_front_door.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    media_fuzz::check_front_door(data, size, true);
    return 0;
}
