// Whatever a storage service answers: what is found in it lies in it, and a text without its
// escapes is no longer than with them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/storage/xml.h"
#include "base/check.h"

namespace {

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace adapters::storage;
    std::string_view const answer{reinterpret_cast<char const*>(data), size};
    std::size_t sum = 0;
    for (auto const entry : each(answer, "Contents")) {
        CHECK(lies_in(entry, answer));
        sum += entry.size();
        for (auto const* name : {"Key", "Size", "LastModified"}) {
            auto const found = inside(entry, name);
            CHECK(lies_in(found, entry) && plain(found).size() <= found.size());
        }
    }
    CHECK(sum <= answer.size());
    for (auto const* name : {"UploadId", "ETag", "Code", "Message", "NextContinuationToken"}) {
        CHECK(lies_in(inside(answer, name), answer));
    }
    return 0;
}
