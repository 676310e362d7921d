// Whatever a helper says that has read hostile bytes and may be in their hands: what is believed of
// it can be priced, shown and stored.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "adapters/media.h"
#include "adapters/media/crew/answer.h"
#include "base/check.h"

namespace {

bool shows(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace adapters::media::crew;
    Answer answer;
    std::memcpy(&answer, data, std::min(size, sizeof answer));
    auto const read = unpack(answer);
    if (!read) {
        return 0;
    }
    if (!*read) {
        CHECK(!read->error().code.empty() && shows(read->error().code));
        CHECK(shows(read->error().message) && read->error().message.size() < 512);
        return 0;
    }
    auto const& found = **read;
    CHECK(found.segments >= 1 && (!found.taglib || found.taglib->count() >= 0));
    CHECK(adapters::to_millis(found.audio) && adapters::to_millis(found.video));
    CHECK(shows(found.container) && shows(found.codec) && shows(found.note));
    auto const again = unpack(pack(*read));
    CHECK(again && *again && (*again)->codec == found.codec);
    return 0;
}
