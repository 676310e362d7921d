// Whatever stands in a Matroska file, near or far: it comes to an end with samples or a named
// error.
#include "adapters/media/matroska.h"
#include "fuzz/media_windows.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::measure(adapters::media::measure_matroska, data, size);
    return 0;
}
