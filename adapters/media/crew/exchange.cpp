// What is said with a helper, and what is made of one that says nothing.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>

#include <sys/wait.h>

#include "adapters/media/crew/answer.h"
#include "adapters/media/crew/channel.h"
#include "adapters/media/crew/process.h"

namespace adapters::media::crew {

namespace {

using Clock = std::chrono::steady_clock;

// How long a helper that has closed its socket may take to be dead by itself.
constexpr int grace_ms = 1'000;

// A parser that goes back may read bytes again, but not without end. A reader asks for this much
// at least, so that asking for less counts as much.
constexpr std::uint64_t most_again = 8;
constexpr std::uint64_t some = std::uint64_t{16} << 20;
constexpr std::uint32_t least = 8 << 10;

// Reads for the helper, and keeps what went wrong: it is the answer, whatever the helper makes of
// it.
class Feeder {
public:
    Feeder(int socket, ByteSource* source) : socket_{socket}, source_{source} {}

    // Nullopt: the helper has what it asked for.
    std::optional<Trouble> feed(Need const& need) {
        if (source_ == nullptr || need.length == 0 || need.length > most_far ||
            need.offset >= source_->size() || asked_ / most_again > source_->size() + some) {
            return Trouble::nonsense;
        }
        asked_ += std::max(need.length, least);
        buffer_.resize(most_far);
        auto const got = source_->read(need.offset, std::span{buffer_}.first(need.length));
        if (!got) {
            error_ = got.error();
        }
        Piece const piece{.failed = got ? 0U : 1U};
        auto const count = got ? std::min<std::size_t>(*got, need.length) : 0;
        auto const sent = send(socket_, bytes_of(piece), {}, std::span{buffer_}.first(count));
        return sent == Sent::yes    ? std::nullopt
               : sent == Sent::gone ? std::optional{Trouble::died}
                                    : std::optional{Trouble::late};
    }

    [[nodiscard]] std::optional<MediaError> const& error() const { return error_; }

private:
    int socket_;
    ByteSource* source_;
    std::uint64_t asked_ = 0;
    std::vector<std::byte> buffer_;
    std::optional<MediaError> error_;
};

// Room for the longest message, and what it may turn out to be.
using Message = std::array<std::byte, sizeof(Answers)>;

template <typename T>
std::optional<T> as(Message const& message, std::size_t size) {
    T value;
    std::memcpy(&value, message.data(), sizeof value);
    return size == sizeof value ? std::optional{value} : std::nullopt;
}

std::optional<std::vector<MeasureResult>> results_of(Message const& message, std::size_t size,
                                                     std::uint32_t wanted) {
    constexpr auto empty = offsetof(Answers, list);
    std::uint32_t count = 0;
    Kind kind{};
    std::memcpy(&kind, message.data() + offsetof(Answers, kind), sizeof kind);
    std::memcpy(&count, message.data() + offsetof(Answers, count), sizeof count);
    if (size != empty + wanted * sizeof(Answer) || kind != Kind::answers || count != wanted) {
        return std::nullopt;
    }
    std::vector<MeasureResult> results;
    results.reserve(wanted);
    for (std::size_t i = 0; i < wanted; ++i) {
        Answer answer;
        std::memcpy(&answer, message.data() + empty + i * sizeof answer, sizeof answer);
        auto result = unpack(answer);
        if (!result) {
            return std::nullopt;
        }
        results.push_back(std::move(*result));
    }
    return results;
}

std::string how(int status) {
    return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                               : "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

// Tells a helper that crashed from one that somebody else killed.
Failure Process::bury(Trouble trouble) {
    if (trouble != Trouble::died) {
        end(0);
        return {.trouble = trouble};
    }
    // Its end of the socket is closed a moment before it has ended.
    auto const status = end(grace_ms);
    if (!status) {
        return {.trouble = Trouble::nonsense};
    }
    bool const killed = WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL;
    return {.trouble = killed     ? Trouble::killed
                       : greeted_ ? Trouble::died
                                  : Trouble::broken,
            .message = how(*status)};
}

std::optional<Failure> Process::greet() {
    if (greeted_) {
        return std::nullopt;
    }
    Ready ready;
    auto const got = receive(socket_.get(), room_of(ready));
    if (got.state == Sent::gone) {
        return bury(Trouble::died);
    }
    if (got.state == Sent::late) {
        end(0);
        return Failure{.trouble = Trouble::broken, .message = "it does not get ready"};
    }
    bool const sound = got.size == sizeof ready && ready.kind == Kind::ready;
    if (!sound || ready.ok == 0) {
        end(0);
        ready.message.back() = '\0';
        return Failure{
            .trouble = Trouble::broken,
            .message = sound ? std::string{view(ready.message)} : "it is another program"};
    }
    greeted_ = true;
    return std::nullopt;
}

std::expected<std::vector<MeasureResult>, Failure> Process::ask(Request const& request,
                                                                std::span<int const> files,
                                                                ByteSource* source) {
    if (send(socket_.get(), bytes_of(request), files) != Sent::yes) {
        // It may have left a word about why it had to go.
        auto failure = greet();
        return std::unexpected{failure ? std::move(*failure) : bury(Trouble::absent)};
    }
    if (auto failure = greet()) {
        return std::unexpected{std::move(*failure)};
    }
    Feeder feeder{socket_.get(), source};
    Message message;
    auto own = Clock::duration::zero();
    while (own < timeout_) {
        auto const began = Clock::now();
        auto const got = receive(socket_.get(), message);
        own += Clock::now() - began;
        if (got.state != Sent::yes) {
            return std::unexpected{bury(got.state == Sent::gone ? Trouble::died : Trouble::late)};
        }
        if (auto const need = as<Need>(message, got.size); need && need->kind == Kind::need) {
            if (auto const trouble = feeder.feed(*need)) {
                return std::unexpected{bury(*trouble)};
            }
            continue;
        }
        auto results = results_of(message, got.size, request.count);
        if (!results) {
            return std::unexpected{bury(Trouble::nonsense)};
        }
        answered_ += static_cast<int>(request.count);
        if (feeder.error()) {
            results->front() = std::unexpected{*feeder.error()};
        }
        return std::move(*results);
    }
    return std::unexpected{bury(Trouble::late)};
}

}  // namespace adapters::media::crew
