// Whatever the bytes of a file that begins like a WAV: a length that can be billed, or a named
// error, near and far.
#include "adapters/media/wav.h"
#include "fuzz/media_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    media_fuzz::check(adapters::media::measure_wav, data, size);
    return 0;
}
