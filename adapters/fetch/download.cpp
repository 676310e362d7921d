// A pass is one GET; the next one asks for what is missing, if it is still the same file.
#include "adapters/fetch/download.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"
#include "base/text.h"

namespace adapters::fetch {

namespace {

constexpr std::size_t piece = 256 << 10;
constexpr int most_passes = 50;
constexpr int most_idle = 3;  // passes one after another that bring nothing

bool passes_by(std::string const& code) {
    return code == "cut" || code == "timeout" || code == "connect" || code == "dns";
}

// A line end in a header would begin another one.
std::string lines_of(Fields const& headers) {
    std::string lines;
    for (auto const& [name, value] : headers) {
        bool const plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
        if (!base::is_token(name) || !plain) {
            fail("bad_request", "a header that can't be sent");
        }
        lines += fmt::format("{}: {}\r\n", name, value);
    }
    return lines;
}

class Download {
public:
    Download(Url url, std::string secret, int into, FetchOptions const& options, Watch const& watch)
        : url_{std::move(url)},
          secret_{std::move(secret)},
          into_{into},
          watch_{watch},
          client_{options} {}

    Downloaded run() {
        int idle = 0;
        for (int i = 0; i < most_passes; ++i) {
            auto const before = got_;
            try {
                pass();
                return {.size = got_, .type = first_.type};
            } catch (Failed const& failed) {
                idle = got_ > before ? 0 : idle + 1;
                // What never began is for the caller to try again.
                if (!passes_by(failed.error.code) || got_ == 0 || idle == most_idle) {
                    throw;
                }
            }
        }
        client_.fail_here("cut", "it comes in too many pieces");
    }

private:
    void pass() {
        auto const validator = strong_validator(first_);
        bool const goes_on = got_ > 0 && !validator.empty();
        auto const fields =
            goes_on ? fmt::format("Range: bytes={}-\r\nIf-Range: {}\r\n", got_, validator)
                    : std::string{};
        auto url = url_;
        auto const head = client_.get(url, fields, secret_);
        if (!goes_on || !continues(head)) {
            begin_anew(head);
        }
        take_body();
    }

    bool continues(Head const& head) {
        auto const range = parse_content_range(head.range);
        bool const rest = head.status == 206 && range && range->satisfied && range->first == got_ &&
                          (!all_ || !range->size || *range->size == *all_);
        return rest && compare(first_, head) != Likeness::different;
    }

    void begin_anew(Head const& head) {
        got_ = 0;
        if (::ftruncate(into_, 0) != 0 || ::lseek(into_, 0, SEEK_SET) != 0) {
            fail_by_disk();
        }
        if (head.status != 200) {
            first_ = {};
            client_.leave();
            client_.fail_here("bad_answer", "the server gives a part that was not asked for");
        }
        first_ = head;
        all_ = head.length;
        if (all_.value_or(0) > client_.options().max_size) {
            too_large();
        }
    }

    void take_body() {
        std::vector<std::byte> bytes(piece);
        while (auto const count = client_.body(bytes)) {
            if (got_ + count > client_.options().max_size) {
                too_large();
            }
            write_all(std::span{bytes}.first(count));
            got_ += count;
            if (!watch_(got_, all_)) {
                fail("stopped", "it is no longer wanted");
            }
        }
        if (all_ && got_ != *all_) {
            client_.fail_here("cut", fmt::format("{} bytes of {}", got_, *all_));
        }
    }

    void write_all(std::span<std::byte const> bytes) {
        while (!bytes.empty()) {
            auto const count = ::write(into_, bytes.data(), bytes.size());
            if (count < 0 && errno != EINTR) {
                fail_by_disk();
            }
            bytes = bytes.subspan(static_cast<std::size_t>(std::max(count, ssize_t{0})));
        }
    }

    [[noreturn]] void too_large() {
        client_.fail_here("too_large",
                          fmt::format("it has more than {} bytes", client_.options().max_size));
    }

    [[noreturn]] static void fail_by_disk() {
        fail("disk", "it can't be written: " + std::generic_category().message(errno));
    }

    Url const url_;
    std::string const secret_;
    int into_;
    Watch const& watch_;
    Client client_;
    Head first_;  // of what is in the file
    std::optional<std::uint64_t> all_;
    std::uint64_t got_ = 0;
};

}  // namespace

std::expected<Downloaded, MediaError> download(std::string_view url, Fields const& headers,
                                               int into, FetchOptions const& options,
                                               Watch const& watch) {
    auto parsed = parse_url(url);
    if (!parsed) {
        return std::unexpected{parsed.error()};
    }
    try {
        return Download{std::move(*parsed), lines_of(headers), into, options, watch}.run();
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
