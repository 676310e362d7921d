// Whatever a provider answers, and however its bytes are cut: JSON that is read is written as it
// was, events are the same in any pieces, and what is understood can be stored and shown.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/providers/http/bytes.h"
#include "adapters/providers/http/lookups.h"
#include "adapters/providers/http/reading.h"
#include "adapters/providers/http/stream.h"
#include "adapters/providers/text.h"
#include "base/check.h"

namespace {

namespace http = adapters::providers::http;

std::vector<std::string> events(std::string_view bytes, std::size_t step) {
    std::vector<std::string> found;
    http::Events reader{4'096};
    auto const each = [&](std::string_view data) {
        found.emplace_back(data);
        return true;
    };
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        if (!reader.feed(bytes.substr(at, step), each)) {
            return found;
        }
    }
    reader.finish(each);
    return found;
}

void check_json(std::string_view bytes) {
    auto const json = http::parse_json(bytes);
    if (!json) {
        return;
    }
    auto const text = http::to_text(*json);
    auto const again = http::parse_json(text);
    CHECK(again && *again == *json);
    auto whole = *json;
    http::merge(whole, *json);
    auto const pointer = dialect::parse_pointer("/a/0").value();
    auto const task = http::task_in({pointer}, *json);
    CHECK(!task || (!task->empty() && task->size() <= 512));
}

// "There is none" is only ever said of a list that is there, and of nothing that was found.
void check_look_up(std::string_view bytes) {
    dialect::Lookup lookup;
    lookup.in_list = true;
    lookup.list = dialect::parse_pointer("/l").value();
    lookup.match.push_back(
        {.at = {dialect::parse_pointer("/m").value()}, .test = dialect::Test::exists});
    lookup.id = {dialect::parse_pointer("/id").value()};
    lookup.begun_at = {dialect::parse_pointer("/t").value()};
    lookup.pages.emplace();
    http::Account const account;
    adapters::Call const call;
    auto const heard = http::heard({.status = 200, .headers = {}, .body = std::string{bytes}});
    auto const sight = http::look_through(lookup, heard, http::values_of(account, call),
                                          base::from_ms(1'763'700'000'000));
    CHECK(!sight.absent || (!sight.task && !sight.more));
    CHECK(!sight.absent || (heard.body && heard.body->find("l") != nullptr));
}

void check_stream(std::string_view bytes, std::size_t step) {
    dialect::Stream stream{.kind = dialect::StreamKind::chat};
    stream.delta = {dialect::parse_pointer("/d").value()};
    stream.into = dialect::parse_pointer("/t").value();
    stream.finish = {dialect::parse_pointer("/f").value()};
    http::Joiner joiner{stream, 2'048};
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        if (!joiner.feed(bytes.substr(at, step))) {
            break;
        }
    }
    bool const whole = joiner.finish();
    CHECK(!whole || !joiner.too_large() || joiner.failed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    auto const step = 1 + size % 7;
    if (size < 4'096) {
        CHECK(events(bytes, std::max<std::size_t>(size, 1)) == events(bytes, step));
    }
    check_stream(bytes, step);
    check_json(bytes);
    check_look_up(bytes);
    auto const line = adapters::providers::one_line(bytes, 100);
    CHECK(line.size() <= 100 && line.find('\n') == std::string::npos);
    http::parse_http_date(bytes);
    http::decoded(bytes, false);
    http::decoded(bytes, true);
    CHECK(http::extension_of(bytes).find('/') == std::string::npos);
    return 0;
}
