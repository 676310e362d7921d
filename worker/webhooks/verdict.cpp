#include "worker/webhooks/verdict.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <fmt/format.h>

namespace worker {

namespace {

constexpr base::Millis a_day{24LL * 3600 * 1000};

bool is_delivered(unsigned status) {
    return status >= 200 && status < 300;
}

// Nothing that waiting would change.
bool is_hopeless(Attempted const& attempted) {
    return attempted.status == 410 || attempted.code == "bad_url" ||
           attempted.code == "forbidden_address";
}

std::string what_of(Attempted const& attempted) {
    if (attempted.status == 0) {
        return attempted.error;
    }
    if (attempted.status == 410) {
        return "the receiver says that it is gone (410)";
    }
    if (attempted.status >= 300 && attempted.status < 400) {
        return fmt::format("the receiver redirects ({}), and redirects are not followed",
                           attempted.status);
    }
    return fmt::format("the receiver answers with status {}", attempted.status);
}

// Spreads neighbouring numbers, so that messages that failed together don't come back together.
std::uint64_t scatter(std::uint64_t seed) {
    seed = (seed ^ (seed >> 30U)) * 0xbf58476d1ce4e5b9U;
    seed = (seed ^ (seed >> 27U)) * 0x94d049bb133111ebU;
    return seed ^ (seed >> 31U);
}

// Doubles from try to try; up to a quarter less, by chance.
base::Millis backoff(adapters::OutboxMessage const& message, config::Webhooks const& settings) {
    auto wait = settings.first_retry;
    for (int i = 0; i < message.attempts && wait < settings.longest_retry; ++i) {
        wait *= 2;
    }
    wait = std::min(wait, settings.longest_retry);
    auto const seed = (static_cast<std::uint64_t>(message.id) << 16U) +
                      static_cast<std::uint64_t>(message.attempts) + 1U;
    auto const quarter = static_cast<std::uint64_t>(wait.count() / 4) + 1U;
    return wait - base::Millis{static_cast<std::int64_t>(scatter(seed) % quarter)};
}

}  // namespace

std::optional<base::Millis> parse_retry_after(std::string_view text, base::Timestamp now) {
    std::int64_t seconds = 0;
    auto const* const end = text.data() + text.size();
    if (auto const [at, error] = std::from_chars(text.data(), end, seconds);
        !text.empty() && error == std::errc{} && at == end && seconds >= 0) {
        return std::min(base::Millis{std::min<std::int64_t>(seconds, 86'400) * 1'000}, a_day);
    }
    std::tm date{};
    std::string const copy{text};
    auto const* const rest = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (rest == nullptr || *rest != '\0') {
        return std::nullopt;
    }
    auto const at = base::from_ms(static_cast<std::int64_t>(::timegm(&date)) * 1'000);
    return std::clamp(at - now, base::Millis{0}, a_day);
}

DeliveryVerdict judge(Attempted const& attempted, adapters::OutboxMessage const& message,
                      std::optional<base::Timestamp> failing_since, base::Timestamp now,
                      config::Webhooks const& settings) {
    using adapters::MessageState;
    DeliveryVerdict verdict{.answered = attempted.status != 0};
    if (is_delivered(attempted.status)) {
        return verdict;
    }
    verdict.error = what_of(attempted);
    // A receiver that was never tried is not given up because nobody was there to try it.
    auto const since = std::max(message.created_at, failing_since.value_or(now));
    if (is_hopeless(attempted) || now - since >= settings.retry_for) {
        verdict.state = MessageState::dead;
        return verdict;
    }
    verdict.state = MessageState::pending;
    verdict.again_in = backoff(message, settings);
    verdict.leave_alone = parse_retry_after(attempted.retry_after, now);
    verdict.again_in = std::max(verdict.again_in, verdict.leave_alone.value_or(base::Millis{0}));
    return verdict;
}

}  // namespace worker
