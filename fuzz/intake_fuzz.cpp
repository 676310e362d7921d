// Whatever is in a message of the intake stream, or in a row of the inbox: it becomes a request
// within our bounds, or is refused in words that a log can show.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "config/load.h"
#include "wire/json.h"
#include "worker/intake.h"

namespace {

config::Settings const& settings() {
    static config::Settings const all =
        config::parse_settings("services: {tts: {timeout: 5m}}\n", "tallyman.yaml", {})
            .value.value();
    return all;
}

// "name=value", a line each; a value of several lines has them behind a tabulator.
adapters::redis::Message message_of(std::string_view text) {
    adapters::redis::Message message{.id = "1700000000000-0", .fields = {}};
    while (!text.empty()) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.starts_with('\t') && !message.fields.empty()) {
            message.fields.back().second.append("\n").append(line.substr(1));
            continue;
        }
        auto const name = line.substr(0, line.find('='));
        message.fields.emplace_back(name, line.substr(std::min(name.size() + 1, line.size())));
    }
    return message;
}

void check_request(jobs::Request const& request) {
    CHECK(!request.user.empty() && request.user.size() <= 128);
    CHECK(!request.service.empty() && request.service.size() <= 128);
    CHECK(!request.key.empty() && request.key.size() <= 255);
    CHECK(request.after.size() <= 1'000 && request.webhook.size() <= 2'048);
    CHECK(request.input.size() <= std::size_t{1} << 20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const read = worker::read_message(message_of(text), settings());
    CHECK(read.parsed.request.has_value() == read.parsed.errors.empty());
    if (read.parsed.request) {
        check_request(*read.parsed.request);
    } else {
        auto const refusal = wire::refusal_of(read.parsed.errors);
        CHECK(!refusal.code.empty() && !refusal.detail.empty());
    }
    return 0;
}
