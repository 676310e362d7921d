// Whatever stands in an Ogg file, near or far: it comes to an end with samples or a named error.
#include "adapters/media/ogg.h"
#include "fuzz/media_windows.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::measure(adapters::media::measure_ogg, data, size);
    return 0;
}
