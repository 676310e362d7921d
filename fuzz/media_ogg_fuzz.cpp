// Whatever stands in an Ogg file, near or far: it comes to an end with samples or a named error.
#include "adapters/media/ogg.h"
#include "adapters/media/ogg_page.h"
#include "fuzz/media_windows.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

// Pages with a wrong checksum are passed over, so after each change most of them get a right one.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
    using adapters::media::OggPage;
    size = LLVMFuzzerMutate(data, size, most);
    std::span const bytes{data, size};
    for (std::size_t at = 0; at + OggPage::head_size <= size; ++at) {
        auto const here = bytes.subspan(at);
        if (std::memcmp(here.data(), "OggS", 4) != 0 || (seed + at) % 16 == 0) {
            continue;
        }
        std::size_t length = OggPage::head_size + here[26];
        for (std::size_t i = OggPage::head_size; i < OggPage::head_size + here[26]; ++i) {
            length += i < here.size() ? here[i] : 0U;
        }
        if (length > here.size()) {
            continue;
        }
        auto const sum = adapters::media::ogg_checksum(std::as_bytes(here.first(length)));
        for (std::size_t i = 0; i < 4; ++i) {
            here[22 + i] = static_cast<std::uint8_t>(sum >> (8 * i) & 255U);
        }
        at += length - 1;
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::measure(adapters::media::measure_ogg, data, size);
    return 0;
}
