// Whatever stands before the front door, without TagLib, whose code is not ours to mend.
#include "fuzz/media_front_door.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    media_fuzz::check_front_door(data, size, false);
    return 0;
}
