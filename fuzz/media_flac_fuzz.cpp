// Whatever the bytes of a file that begins like a FLAC: a length that can be billed, or a named
// error, near and far.
#include "adapters/media/flac.h"
#include "fuzz/media_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    media_fuzz::check(adapters::media::measure_flac, data, size);
    return 0;
}
