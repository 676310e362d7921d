// A read that jumps asks for exactly its bytes. Reads that follow on each other are a walk: the
// longer it is, the more is asked for at once, and the body is taken as the walk goes on. So few
// round trips are made, and what comes in vain is in proportion to what was read.
#include "adapters/fetch/ranged.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/fetch/failed.h"

namespace adapters::fetch {

namespace {

constexpr std::uint64_t longest_gap = 262'144;    // that is passed over within a walk
constexpr std::uint64_t first_stride = 262'144;   // walked before more than a read is asked for
constexpr std::uint64_t last_stride = 8'388'608;  // walked before all the rest is asked for
constexpr std::uint64_t growth = 3;
constexpr int most_resumes = 3;  // in a row, after a connection that broke
constexpr std::size_t most_kept = 262'144;

class Ranged final : public RemoteSource {
public:
    Ranged(std::unique_ptr<Client> client, Url url, Head head, std::uint64_t size,
           std::vector<std::byte> first)
        : client_{std::move(client)},
          url_{std::move(url)},
          head_{std::move(head)},
          size_{size},
          first_{std::move(first)},
          walk_end_{first_.size()},
          walked_{first_.size()} {
        if (auto const validator = strong_validator(head_); !validator.empty()) {
            if_range_ = fmt::format("If-Range: {}\r\n", validator);
        }
    }

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    [[nodiscard]] std::uint64_t received() const override { return client_->received(); }

    [[nodiscard]] int requests() const override { return client_->requests(); }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        auto const left = offset < size_ ? size_ - offset : 0;
        into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left)));
        try {
            read_all(offset, into);
        } catch (Failed const& failed) {
            open_ = false;
            return std::unexpected{failed.error};
        }
        return into.size();
    }

private:
    void read_all(std::uint64_t offset, std::span<std::byte> into) {
        for (std::size_t done = 0; done < into.size();) {
            auto const at = offset + done;
            auto const rest = into.subspan(done);
            auto count = copy_from(first_, 0, at, rest);
            if (count == 0) {
                count = copy_from(last_, last_begin_, at, rest);
            }
            done += count == 0 ? take(at, rest) : count;
        }
        keep(offset, into);
    }

    static std::size_t copy_from(std::span<std::byte const> kept, std::uint64_t begin,
                                 std::uint64_t at, std::span<std::byte> into) {
        if (at < begin || at - begin >= kept.size()) {
            return 0;
        }
        auto const found = kept.subspan(static_cast<std::size_t>(at - begin));
        auto const count = std::min(found.size(), into.size());
        std::ranges::copy(found.first(count), into.begin());
        return count;
    }

    // Windows over the bytes overlap: what was read last is asked for again, in part.
    void keep(std::uint64_t offset, std::span<std::byte const> bytes) {
        bool const is_first = offset <= first_.size() && bytes.size() <= first_.size() - offset;
        if (bytes.size() > most_kept || is_first) {
            return;
        }
        last_.assign(bytes.begin(), bytes.end());
        last_begin_ = offset;
    }

    std::size_t take(std::uint64_t at, std::span<std::byte> into) {
        for (int resumes = 0;; ++resumes) {
            try {
                return take_once(at, into);
            } catch (Failed const& failed) {
                open_ = false;
                if (failed.error.code != "cut" || resumes == most_resumes) {
                    throw;
                }
            }
        }
    }

    std::size_t take_once(std::uint64_t at, std::span<std::byte> into) {
        if (!reach(at)) {
            ask(at, into.size());
        }
        auto const most =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), part_end_ - position_));
        auto const count = client_->body(into.first(most));
        advance(count);
        walk_end_ = position_;
        return count;
    }

    // Goes on to there in the body that is coming, where that is little.
    bool reach(std::uint64_t at) {
        if (!open_ || at < position_ || at - position_ > longest_gap || at >= part_end_) {
            return false;
        }
        std::array<std::byte, 8192> unwanted{};
        while (position_ < at) {
            auto const most = std::min<std::uint64_t>(unwanted.size(), at - position_);
            advance(client_->body(std::span{unwanted}.first(static_cast<std::size_t>(most))));
        }
        return true;
    }

    void advance(std::size_t count) {
        if (count == 0) {
            client_->fail_here(
                "cut", fmt::format("{} bytes less came than it promised", part_end_ - position_));
        }
        position_ += count;
        if (position_ == part_end_) {
            end_part();
        }
    }

    // Nothing may follow but the end of the message.
    void end_part() {
        open_ = false;
        std::array<std::byte, 1> more{};
        if (client_->body(more) != 0) {
            client_->fail_here("no_ranges", "more comes than the part that was asked for");
        }
        client_->leave();
    }

    void ask(std::uint64_t at, std::uint64_t want) {
        if (open_) {
            open_ = false;
            client_->leave();
        }
        auto const end = at + length_to_ask(at, want);
        auto const range = end >= size_ && walked_ >= last_stride
                               ? fmt::format("Range: bytes={}-\r\n", at)
                               : fmt::format("Range: bytes={}-{}\r\n", at, end - 1);
        auto head = client_->get(url_, range + if_range_);
        if (head.status == 200 && compare(head_, head) == Likeness::same) {
            if_range_.clear();  // the server does not understand it, and gives the whole instead
            client_->leave();
            head = client_->get(url_, range);
        }
        check_same(head);
        auto const got = parse_content_range(head.range);
        if (head.status != 206 || !got || !got->satisfied || got->first != at || got->last >= end) {
            client_->fail_here("no_ranges", "the server gives another part than was asked for");
        }
        position_ = at;
        part_end_ = got->last + 1;
        open_ = true;
        if (head.length && *head.length != part_end_ - at) {
            client_->fail_here(*head.length < part_end_ - at ? "cut" : "no_ranges",
                               "the server sends not as much as it says");
        }
    }

    std::uint64_t length_to_ask(std::uint64_t at, std::uint64_t want) {
        bool const onward = at >= walk_end_ && at - walk_end_ <= longest_gap;
        if (!onward) {
            walked_ = 0;
            walk_begin_ = at;
        } else {
            walked_ = at - walk_begin_;
        }
        auto length = want;
        if (walked_ >= last_stride) {
            length = size_;
        } else if (walked_ >= first_stride) {
            length = std::max(want, walked_ * growth);
        }
        return std::min(length, size_ - at);
    }

    void check_same(Head const& head) {
        auto const range = parse_content_range(head.range);
        bool const resized = range && range->size && *range->size != size_;
        // With If-Range the whole comes where the file is not what it was.
        bool const whole = head.status == 200 && (!if_range_.empty() || head.length != size_);
        if (compare(head_, head) == Likeness::different || resized || whole) {
            client_->fail_here("changed", "it has changed while it was read");
        }
    }

    std::unique_ptr<Client> client_;
    Url url_;
    Head head_;
    std::uint64_t size_;
    std::string if_range_;

    std::vector<std::byte> first_;
    std::vector<std::byte> last_;
    std::uint64_t last_begin_ = 0;

    bool open_ = false;           // the body of a part is coming
    std::uint64_t position_ = 0;  // of its next byte, in the file
    std::uint64_t part_end_ = 0;  // where the part ends, in the file
    std::uint64_t walk_begin_ = 0;
    std::uint64_t walk_end_ = 0;  // where the last read over the wire ended
    std::uint64_t walked_ = 0;
};

}  // namespace

std::unique_ptr<RemoteSource> ranged(std::unique_ptr<Client> client, Url url, Head const& head,
                                     ContentRange const& range) {
    auto const size = range.size.value_or(0);
    if (size > client->options().max_size) {
        client->fail_here("too_large", fmt::format("it has {} bytes, more than {}", size,
                                                   client->options().max_size));
    }
    std::vector<std::byte> first(static_cast<std::size_t>(range.last + 1));
    auto const count = client->fill(first);
    if (count < first.size()) {
        client->fail_here("cut", "less came than it promised");
    }
    client->leave();
    if (is_page(first, head.type)) {
        client->fail_here("not_audio", "the server sends a page of text instead of a file");
    }
    return std::make_unique<Ranged>(std::move(client), std::move(url), head, size,
                                    std::move(first));
}

}  // namespace adapters::fetch
