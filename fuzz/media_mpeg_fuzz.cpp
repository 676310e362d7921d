// Any bytes are MPEG audio of some length, or an error with a name; near and far bytes give the
// same.
#include <cstddef>
#include <cstdint>

#include "adapters/media/mpeg.h"
#include "fuzz/media_frames.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::check_frames(adapters::media::measure_mpeg, data, size);
    return 0;
}
