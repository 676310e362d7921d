// Whatever bytes come, and however they are cut: the same requests are understood, each is within
// its limits and is what handlers rely on, and nothing follows a refusal.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/facts.h"
#include "adapters/http/file_part.h"
#include "adapters/http/forwarded.h"
#include "adapters/http/request_reader.h"
#include "adapters/http/utf8.h"
#include "base/check.h"

namespace {

using namespace adapters::http;
using State = RequestReader::State;

constexpr ReaderLimits limits{.header = 2'048, .body = 4'096, .headers = 20};

struct Understood {
    std::vector<std::string> requests;
    int refused = 0;         // a status
    bool undecided = false;  // in a body, for want of a few bytes
};

void check_sense(Request const& request) {
    CHECK(!request.method.empty() && request.headers.size() <= limits.headers);
    CHECK(request.body.size() <= limits.body);
    for (auto const& segment : request.path) {
        CHECK(!segment.empty() && segment != "." && segment != ".." && is_utf8(segment));
        CHECK(!segment.contains('\0') && !segment.contains('\n'));
    }
    for (auto const& [key, value] : request.query) {
        CHECK(is_utf8(key) && is_utf8(value) && !key.contains('\0') && !value.contains('\0'));
    }
    for (auto const& header : request.headers) {
        CHECK(!header.name.empty());
        CHECK(header.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
        CHECK(std::ranges::none_of(header.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
    }
}

std::string shown(Request const& request) {
    std::string text = request.method;
    for (auto const& segment : request.path) {
        text += "/" + segment;
    }
    for (auto const& header : request.headers) {
        text += "\n" + header.name + ":" + header.value;
    }
    return text + "\n\n" + request.body;
}

// What follows from headers that anybody may send.
void use(Request request) {
    Facts const facts = facts_of(request, "made");
    CHECK(is_sane_id(facts.id));
    constexpr std::uint64_t size = 1'000;
    Plan const plan = plan_file(facts, "\"etag\"", size);
    CHECK(plan.part.first <= size && plan.part.size <= size - plan.part.first);
    CHECK(plan.answer != Answer::part || plan.part.size > 0);
    CHECK(!remote_of(request, "::1", {"::1", "10.0.0.1"}).empty());
}

Understood understood(std::string_view bytes, std::size_t step) {
    RequestReader reader{limits};
    Understood result;
    std::string waiting;
    for (std::size_t at = 0; at < bytes.size() && result.refused == 0; at += step) {
        waiting += bytes.substr(at, step);
        bool more = true;
        while (more && !waiting.empty()) {
            auto const used = reader.feed(waiting);
            CHECK(used <= waiting.size());
            waiting.erase(0, used);
            more = reader.state() == State::complete;
            if (more) {
                check_sense(reader.request());
                result.requests.push_back(shown(reader.request()));
                use(std::move(reader.request()));
                reader.reset();
            }
        }
        if (reader.state() == State::refused) {
            result.refused = reader.refusal().status;
            CHECK(result.refused >= 400 && result.refused < 600);
        }
        CHECK(waiting.size() <= std::max(limits.header, bytes.size()));
    }
    result.undecided = reader.state() == State::body && waiting.size() < 5;
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    auto const whole = understood(bytes, std::max<std::size_t>(size, 1));
    auto const in_parts = understood(bytes, 1 + size % 7);
    CHECK(whole.requests == in_parts.requests);
    CHECK((whole.refused == 0) == (in_parts.refused == 0) || whole.undecided || in_parts.undecided);
    return 0;
}
